import type { Random } from '../gguf/random.ts'
import { assistant, type Message, system, user } from './dialogue.ts'
import { type Snippet, snippet } from './snippets.ts'
import { identifier, phrase, wholeNumber } from './words.ts'

export interface Edit {
  readonly order: string
  readonly before: string
  readonly after: string
  readonly language: string
}

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function rename({ code, slots }: Snippet, random: Random): { order: string; after: string } | null {
  const keys = Object.keys(slots).filter(slot => 'fabcT'.includes(slot))
  if (keys.length === 0) return null
  const old = slots[random.pick(keys)]!
  const fresh = identifier(random)
  if (fresh === old || code.includes(fresh)) return null
  const order = random.pick([
    'rename OLD to NEW',
    'Rename `OLD` to `NEW`',
    'change the name OLD to NEW',
    'OLD should be called NEW',
    'call OLD NEW instead',
    'replace OLD with NEW',
    'Rename OLD to NEW.',
    'please rename OLD to NEW',
  ])
  return {
    order: order.replace('OLD', () => old).replace('NEW', () => fresh),
    after: code.replace(new RegExp(`(?<!\\w)${escaped(old)}(?!\\w)`, 'g'), () => fresh),
  }
}

function changeNumber({ code, slots }: Snippet, random: Random): { order: string; after: string } | null {
  const old = slots.n
  if (old === undefined || code.split(new RegExp(`(?<!\\d)${old}(?!\\d)`)).length !== 2) return null
  const fresh = String(wholeNumber(random))
  const order = random.pick([
    'change OLD to NEW',
    'use NEW instead of OLD',
    'replace OLD by NEW',
    'OLD should be NEW',
    'make it NEW instead of OLD',
  ])
  return {
    order: order.replace('OLD', old).replace('NEW', fresh),
    after: code.replace(new RegExp(`(?<!\\d)${old}(?!\\d)`), fresh),
  }
}

function changeText({ code, slots }: Snippet, random: Random): { order: string; after: string } | null {
  if (slots.s === undefined) return null
  const fresh = phrase(random)
  const order = random.pick([
    'change the text to "NEW"',
    'the text should be "NEW"',
    'write "NEW" instead',
    'replace the text with "NEW"',
  ])
  return { order: order.replace('NEW', () => fresh), after: code.replace(slots.s, () => fresh) }
}

function addParameter(
  { code, slots, language }: Snippet,
  random: Random,
): { order: string; after: string } | null {
  const fresh = identifier(random)
  const match = /(function \w+|def \w+|func \w+)\(([^)]*)\)/.exec(code)
  if (!match || code.includes(fresh) || slots.f === undefined) return null
  const type = random.pick(
    language === 'swift'
      ? ['Int', 'String', 'Bool']
      : language === 'ts'
        ? ['number', 'string', 'boolean']
        : [''],
  )
  const written = type ? `${fresh}: ${type}` : fresh
  const inside = match[2] ? `${match[2]}, ${written}` : written
  const order = random.pick([
    'add a parameter NEW',
    'add the parameter NEW',
    'give it a parameter NEW',
    'Add a parameter `NEW`',
    'it needs another parameter NEW',
  ])
  return {
    order:
      order.replace('NEW', () => fresh) +
      (type ? random.pick([` of type ${type}`, ` (${type})`, `: ${type}`]) : ''),
    after: code.replace(match[0], () => `${match[1]}(${inside})`),
  }
}

function removeLine({ code }: Snippet, random: Random): { order: string; after: string } | null {
  const line = /^.*(console\.log|print)\(.*\n?/m.exec(code)
  if (!line || code.split('\n').length < 3 || /[{:]\s*$/.test(code.slice(0, line.index).trimEnd()))
    return null
  return {
    order: random.pick([
      'remove the print',
      'delete the log line',
      'remove the output',
      'without the print please',
      'remove the logging',
    ]),
    after: code.replace(line[0], '').trimEnd(),
  }
}

export function edit(random: Random): Edit {
  for (;;) {
    const before = snippet(random)
    const change = random.pick([
      rename,
      rename,
      rename,
      changeNumber,
      changeText,
      addParameter,
      addParameter,
      removeLine,
    ])(before, random)
    if (change && change.after !== before.code)
      return { ...change, before: before.code, language: before.language }
  }
}

export const block = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``

/** A snippet with an order; the answer is the whole snippet, changed. */
export function editTurn(random: Random): Message[] {
  const { order, before, after, language } = edit(random)
  const shown = random.chance(0.8) ? block(language, before) : before
  const asked = random.chance(0.7) ? `${order}${random.pick([':', '', '.'])}\n${shown}` : `${shown}\n${order}`
  const opening = random.chance(0.15)
    ? [system(random.pick(['You are a coding assistant.', 'You edit code.', 'Answer with code only.']))]
    : []
  return [...opening, user(asked), assistant(block(language, after))]
}
