import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../gguf/random.ts'
import { madeUp } from './words.ts'

/** Says one of the ways that a template allows: `[a|b|]` picks, `A | B` at the top level are separate templates. */
export function expand(template: string, random: Random): string {
  let text = template
  for (let again = true; again; ) {
    again = false
    text = text.replace(/\[([^[\]]*\|[^[\]]*)\]/g, (_, options: string) => {
      again = true
      return random.pick(options.split('|'))
    })
  }
  return text.replace(/ {2,}/g, ' ').trim()
}

/** Cuts `a | b [c|d] | e` at the bars outside brackets. */
export function alternatives(line: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '[') depth++
    else if (line[i] === ']') depth--
    else if (line[i] === '|' && depth === 0) {
      parts.push(line.slice(start, i))
      start = i + 1
    }
  }
  parts.push(line.slice(start))
  return parts.map(part => part.trim()).filter(part => part !== '')
}

const openings = [
  'hi, ',
  'hello, ',
  'hey, ',
  'hey ',
  'please ',
  'ok, ',
  'so ',
  'quick question: ',
  'question: ',
  'um, ',
  'and ',
  'now ',
  'sorry, ',
  'one more thing: ',
  'ok ',
  'well, ',
  'next: ',
  'in impetus, ',
  'with impetus ',
]
/** What people say before they come to the point. */
const stories = [
  'i just installed it.',
  "i'm new here.",
  'a friend told me about this.',
  'i have a macbook.',
  'i am on linux.',
  'i read the readme.',
  'i am a beginner.',
  'i tried everything.',
  'this is driving me mad.',
  'it worked yesterday.',
  'i have a problem.',
  'i am confused.',
  'just a thought:',
  'my colleague asks:',
  'for my work:',
  'i could not find it in the docs.',
  'maybe a silly question.',
  'before i begin:',
  'last question.',
  'i am setting up my computer.',
]
const closings = [
  ' please',
  ' pls',
  ', please',
  ' thanks',
  ' now',
  ' again',
  ' here',
  ' in impetus',
  ' with impetus',
  ' exactly',
  ' then',
  '? i have no idea',
  ', thank you',
  ', any hints',
  '? help',
  ', do you know',
  ' today',
  ' somehow',
  ' myself',
  ' on my mac',
  ' on linux',
]

const synonyms = new Map(
  readFileSync(join(import.meta.dirname, 'synonyms.txt'), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [word = '', others = ''] = line.split(': ')
      return [word, others.split(' | ')] as const
    }),
)
const exchangeable = new RegExp(
  `(?<![\\w/.-])(${[...synonyms.keys()].sort((a, b) => b.length - a.length).join('|')})(?![\\w/.-])`,
  'g',
)

/** Says some of the words with others that mean about the same. */
export function reworded(text: string, share: number, random: Random): string {
  return text.replace(exchangeable, word => (random.chance(share) ? random.pick(synonyms.get(word)!) : word))
}

const fillers = /\b(?:the|a|an|my|is|are|do|does|i|to|of|it|its|for|in)\b ?/gi

/** As a search box is asked: without the small words. */
function telegraphic(text: string): string {
  const bare = text.replace(fillers, '').trim()
  return bare.length >= 6 ? bare : text
}

/** Puts in a few words that have nothing to do with it, so that the others are listened to. */
function distracted(text: string, random: Random): string {
  const words = text.split(' ')
  for (let count = 1 + random.below(3); count > 0; count--) {
    const word = random.chance(0.5) ? madeUp(random) : random.pick(ordinary)
    words.splice(random.chance(0.6) ? 0 : random.below(words.length + 1), 0, word)
  }
  return words.join(' ')
}

const ordinary = alternatives(
  'maybe | perhaps | kindly | honestly | basically | actually | probably | quickly | today | really | simply | once | often | again | then | also | even | there | here | someone | everybody | anyone | people | friend | morning | house | world | year | week | story | reason | problem | moment | wonder | think | guess | believe | hope | mean | imagine | suppose | consider | figure | thinking | curious | sure | able | likely | great | simple | certain | whole | kind of | sort of | a bit of | more or less | by the way | as far as possible | in this case | at this point | for me | with that | on that',
)

/** Makes a question look as people type: greetings, capitals, question marks, slips of the finger. */
export function asTyped(question: string, random: Random): string {
  let text = question
  if (random.chance(0.07)) text = telegraphic(text)
  if (random.chance(0.2)) text = distracted(text, random)
  if (random.chance(0.05)) text = `${random.pick(stories)} ${text}`
  if (random.chance(0.12)) text = random.pick(openings) + text
  if (random.chance(0.1) && !/[?.!]$/.test(text)) text += random.pick(closings)
  if (random.chance(0.35)) text = text[0]!.toUpperCase() + text.slice(1)
  if (random.chance(0.25)) text = text.replace(/\bi\b/g, 'I').replace(/\bimpetus\b/g, 'Impetus')
  if (random.chance(0.1)) text = text.toLowerCase()
  if (random.chance(0.02)) text = text.toUpperCase()
  if (random.chance(0.18)) text = withTypo(text, random)
  if (random.chance(0.04)) text = withTypo(text, random)
  if (!/[?.!]$/.test(text)) text += random.pick(['', '', '', '?', '?', '?', '.', '??', ' ?', '!'])
  return text
}

/** One slip in one of the longer words: swapped, lost, doubled or neighbouring letters. */
export function withTypo(text: string, random: Random): string {
  const words = [...text.matchAll(/[a-zA-Z]{4,}/g)]
  if (words.length === 0) return text
  const word = random.pick(words)
  const at = word.index + 1 + random.below(word[0].length - 2)
  const [before, here, next, after] = [text.slice(0, at), text[at]!, text[at + 1]!, text.slice(at + 2)]
  switch (random.below(4)) {
    case 0:
      return before + next + here + after
    case 1:
      return before + next + after
    case 2:
      return before + here + here + next + after
    default:
      return before + neighbour(here, random) + next + after
  }
}

const rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']
function neighbour(letter: string, random: Random): string {
  const row = rows.find(keys => keys.includes(letter.toLowerCase()))
  if (!row) return letter
  const at = row.indexOf(letter.toLowerCase())
  return row[Math.max(0, Math.min(row.length - 1, at + (random.chance(0.5) ? 1 : -1)))]!
}
