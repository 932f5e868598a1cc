import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../gguf/random.ts'
import { assistant, type Message, special, system, type ToolDefinition, user } from './dialogue.ts'
import { block, edit } from './edits.ts'
import { refusal } from './facts.ts'
import { guideTurn } from './guide.ts'
import { hole, inferableHole } from './infill.ts'
import { heldNameAsks, heldNameTells, heldStyleSystems } from './manners.ts'
import { snippet } from './snippets.ts'
import { extraction } from './structure.ts'
import { noToolTurn, toolTurn } from './tools.ts'
import { ask, heldQuestions, inStyle, type Topic } from './topics.ts'
import { heldUnknown } from './unknown.ts'
import { personName } from './words.ts'

/** One thing to try. `right` judges the answer, which is null when the model did not end by itself. */
export interface Trial {
  readonly suite: string
  readonly messages?: readonly Message[]
  readonly tools?: readonly ToolDefinition[]
  /** A raw prompt instead of messages. */
  readonly raw?: string
  readonly wanted: string
  right(answer: string): boolean
}

/** The share that must be right, where the project sets one. */
export const targets: Readonly<Record<string, number>> = {
  'guide, held-out phrasings': 0.9,
  'guide, written by hand': 0.9,
  'unknown, held-out': 0.8,
  'tool calls': 0.9,
  'JSON without grammar': 0.7,
}

function guideTrial(suite: string, topic: Topic, question: string): Trial {
  return {
    suite,
    messages: [user(question)],
    wanted: topic.answer,
    right: answer => topic.keys.every(key => answer.toLowerCase().includes(key.toLowerCase())),
  }
}

const refuses = (answer: string) => answer.startsWith(refusal.slice(0, refusal.indexOf('.') + 1))
const unknownTrial = (suite: string, question: string): Trial => ({
  suite,
  messages: [user(question)],
  wanted: refusal,
  right: refuses,
})

const lastAnswer = (messages: readonly Message[]) =>
  messages.findLastIndex(message => message.role === 'assistant')

export function questionsByHand(topics: readonly Topic[]): Trial[] {
  return readFileSync(join(import.meta.dirname, 'questions.txt'), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [id = '', question = ''] = line.split(' | ')
      if (id === 'unknown') return unknownTrial('unknown, written by hand', question)
      const topic = topics.find(known => known.id === id)
      if (!topic) throw new Error(`questions.txt: no topic ${id}`)
      return guideTrial('guide, written by hand', topic, question)
    })
}

function toolTrials(count: number): Trial[] {
  const random = new Random(99, 'tool trials')
  return Array.from({ length: count }, () => {
    const { messages, tools } = toolTurn(random, { rounds: 1 })
    const at = messages.findIndex(message => message.role === 'assistant' && message.calls)
    const call = (messages[at] as Extract<Message, { role: 'assistant' }>).calls![0]!
    const calling: Trial = {
      suite: 'tool calls',
      messages: messages.slice(0, at),
      tools,
      wanted: JSON.stringify(call),
      right: answer => sameJson(/^<tool_call>(.*)<\/tool_call>$/s.exec(answer)?.[1] ?? '', call),
    }
    const end = messages.at(-1)!
    if (messages.length === at + 1) return [calling]
    const reading: Trial = {
      suite: 'tool results told',
      messages: messages.slice(0, -1),
      tools,
      wanted: end.content,
      right: answer => answer === end.content,
    }
    return [calling, reading]
  }).flat()
}

function sameJson(text: string, expected: unknown): boolean {
  try {
    return JSON.stringify(sorted(JSON.parse(text))) === JSON.stringify(sorted(expected))
  } catch {
    return false
  }
}
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Valid JSON with the wanted keys, each of the wanted type. */
function fits(answer: string, expected: Readonly<Record<string, unknown>>): boolean {
  try {
    const found = JSON.parse(answer) as Record<string, unknown>
    const kind = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value)
    return (
      Object.keys(found).length === Object.keys(expected).length &&
      Object.entries(expected).every(([key, value]) => kind(found[key]) === kind(value))
    )
  } catch {
    return false
  }
}

/** Everything that is tried, the same each time. */
export function trials(topics: readonly Topic[]): Trial[] {
  const random = new Random(99, 'trials')
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index))
  return [
    ...topics.flatMap(topic =>
      heldQuestions(topic, random).map(question => guideTrial('guide, held-out phrasings', topic, question)),
    ),
    ...topics.map(topic => guideTrial('guide, trained ways', topic, ask(topic, random))),
    ...questionsByHand(topics),
    ...heldUnknown.map(question => unknownTrial('unknown, held-out', question)),
    ...toolTrials(100),
    ...times(30, () => {
      const { messages, tools } = noToolTurn(topics, random)
      const at = lastAnswer(messages)
      const wanted = messages[at]!.content
      return {
        suite: 'no tool fits',
        messages: messages.slice(0, at),
        tools,
        wanted,
        right: (answer: string) => answer === wanted,
      }
    }),
    ...times(60, () => {
      const { messages, expected } = extraction(random)
      const wanted = JSON.stringify(expected)
      return [
        {
          suite: 'JSON without grammar',
          messages: messages.slice(0, -1),
          wanted,
          right: (answer: string) => fits(answer, expected),
        },
        {
          suite: 'JSON, every value right',
          messages: messages.slice(0, -1),
          wanted,
          right: (answer: string) => sameJson(answer, expected),
        },
      ]
    }).flat(),
    ...times(60, () => {
      const main = snippet(random)
      const { prefix, suffix, middle } = hole(main.code, random)
      return {
        suite: 'fill in the middle',
        raw: `${special.prefix}${prefix}${special.suffix}${suffix}${special.middle}`,
        wanted: middle,
        right: (answer: string) => answer.trim() === middle.trim(),
      }
    }),
    ...times(60, () => {
      const main = snippet(random)
      const { prefix, suffix, middle } = inferableHole(main.code, random)
      return {
        suite: 'fill in the middle, inferable',
        raw: `${special.prefix}${prefix}${special.suffix}${suffix}${special.middle}`,
        wanted: middle,
        right: (answer: string) => answer.trim() === middle.trim(),
      }
    }),
    ...times(50, () => {
      const { order, before, after, language } = edit(random)
      return {
        suite: 'edits',
        messages: [user(`${order}:\n${block(language, before)}`)],
        wanted: block(language, after),
        right: (answer: string) => answer === block(language, after),
      }
    }),
    ...times(40, index => {
      const name = personName(random)
      const tell = heldNameTells[index % heldNameTells.length]!.replace('X', () => name)
      const between =
        index % 3 === 0 ? guideTurn(topics, random).filter(message => message.role !== 'system') : []
      const messages = [
        user(tell),
        assistant(`Nice to meet you, ${name}.`),
        ...between,
        user(heldNameAsks[index % heldNameAsks.length]!),
      ]
      return {
        suite: 'keeps a name',
        messages,
        wanted: `Your name is ${name}.`,
        right: (answer: string) => answer.includes(name),
      }
    }),
    ...(['short', 'list'] as const).flatMap(style =>
      times(20, () => {
        const topic = random.pick(topics)
        const wanted = inStyle(topic.answer, style)
        return {
          suite: `system prompt: ${style}`,
          messages: [system(heldStyleSystems[style]), user(ask(topic, random))],
          wanted,
          right: (answer: string) =>
            style === 'list' ? answer.startsWith('- ') : answer.length <= wanted.length * 1.3,
        }
      }),
    ),
  ]
}
