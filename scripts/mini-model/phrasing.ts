import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../gguf/random.ts'

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

export type FrameKind = 'do' | 'what' | 'where'

/** Questions around a verb phrase, a thing, a place. */
export const frames: Readonly<Record<FrameKind, readonly string[]>> = {
  do: [
    'how do i X',
    'how do I X?',
    'how can i X',
    'how to X',
    'how would i X',
    'how do you X',
    'what do i do to X',
    'what [do i have to|must i|should i] do to X',
    'i [want|need|would like|have] to X',
    'i want to X, how [do i do that|does that work|]',
    'can you [tell|show] me how to X',
    '[tell|show] me how to X',
    'X',
    'X?',
    'is there a way to X',
    'is it possible to X',
    'can i X',
    'can i X somehow',
    "[what is|what's|whats] the [best|right|easiest|] way to X",
    '[steps|instructions] to X',
    'help me [to|] X',
    'explain how to X',
    'howto X',
    'where can i X',
    'which command do i use to X',
    'trying to X',
    'how does one X',
    'wanna X',
    'i cant find out how to X',
    'how might one X',
    'how should i X',
    'what is needed to X',
    'id love to X',
    'i am trying to X',
    'let me X',
    'please X',
    'could i X',
    'may i X',
    'what must happen to X',
    'do you know how to X',
    'would you tell me how to X',
    'i dont know how to X',
    'no clue how to X',
    'guide me, i want to X',
    'what are the steps to X',
    'somebody told me i can X',
    'how am i supposed to X',
    'which way do i X',
    'X - how?',
    'X, how?',
    'X, is that possible?',
    'allow me to X',
    'my goal is to X',
    'the task is to X',
    'im looking to X',
  ],
  what: [
    'what is X',
    "what's X",
    'whats X',
    'what is X?',
    'what exactly is X',
    'tell me about X',
    'tell me [something|more] about X',
    'explain X',
    'explain X [to me|please]',
    'X',
    'X?',
    'can you explain X',
    'info [on|about] X',
    'i want to know [more|] about X',
    'describe X',
    'what do you know about X',
    'what does X [mean|do]',
    'what about X',
    'how does X work',
    'what is X [for|good for]',
    'meaning of X',
    'is there something about X',
    'X, what is that',
    'X??',
    'please explain X',
    'please describe X in short',
    'i keep reading about X',
    'i never heard of X',
    'teach me about X',
    'what should i know about X',
    'can you define X',
    'definition of X',
    'details of X',
    'information on X',
    'a word about X',
    'say something on X',
    'how do i understand X',
    'purpose of X',
    'what is the point of X',
    'why is there X',
    'and X?',
    'question about X',
    'i have a question about X',
    'regarding X',
  ],
  where: [
    'where [is|are] X',
    'where do i find X',
    'where can i find X',
    'where does impetus [keep|store|save|put] X',
    'where does it [keep|store|save|put] X',
    'where [is|are] X [stored|kept|saved|located]',
    '[path|location|folder|place] of X',
    'in which folder [is|are] X',
    'which folder has X',
    'find X',
    'where did X go',
    'i cant find X',
    'where to find X',
    'where would X be',
    'where do X live',
    'what is the path to X',
    'what is the location of X',
    'looking for X',
    'show me where X is',
    'can you tell me where X is',
    'i need to get at X',
    'on which path is X',
    'how do i get to X',
    'X, where is it',
    'X, where?',
  ],
}

/** Frames never trained on, for measuring. */
export const heldFrames: Readonly<Record<FrameKind, readonly string[]>> = {
  do: [
    'could you walk me through how to X',
    'any idea how I might X?',
    'what would it take to X',
    "I'd like to X now",
  ],
  what: [
    'could you say something about X?',
    'give me some details on X',
    'what am I to understand by X',
    'X, please',
  ],
  where: ['do you know where X lives?', 'I am looking for X', 'at which path would I see X'],
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

/** Makes a question look as people type: greetings, capitals, question marks, slips of the finger. */
export function asTyped(question: string, random: Random): string {
  let text = question
  if (random.chance(0.07)) text = telegraphic(text)
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
