import type { Random } from '../gguf/random.ts'
import { assistant, type Message, user } from './dialogue.ts'
import {
  amount,
  capital,
  city,
  code,
  date,
  email,
  filePath,
  identifier,
  madeUp,
  nouns,
  personName,
  phrase,
  things,
} from './words.ts'

const values = [
  personName,
  city,
  identifier,
  filePath,
  code,
  date,
  email,
  phrase,
  (random: Random) => madeUp(random),
  (random: Random) => String(amount(random)),
]

export const anyValue = (random: Random): string => random.pick(values)(random)

/** Exercises that teach nothing but to copy: what tools, names and edits are made of. */
export function copyingTurn(random: Random): Message[] {
  switch (random.below(5)) {
    case 0: {
      const text = Array.from({ length: 1 + random.below(random.chance(0.5) ? 6 : 18) }, () =>
        anyValue(random),
      ).join(' ')
      const order = random.pick([
        'Repeat: X',
        'repeat after me: X',
        'say X',
        'Say exactly: X',
        'echo X',
        'write X',
        'Copy this: X',
        'Please repeat "X"',
        'print X',
      ])
      return [user(order.replace('X', () => text)), assistant(text)]
    }
    case 1: {
      // A small table to look up in.
      const keys = random.shuffle([...nouns, ...things]).slice(0, 2 + random.below(5))
      const pairs = keys.map(key => [key, anyValue(random)] as const)
      const [key, value] = random.pick(pairs)
      const join = random.pick([': ', ' = ', ' is ', ' -> '])
      const table = pairs.map(([left, right]) => left + join + right).join(random.pick(['\n', ', ', '; ']))
      const question = random.pick([
        'What is KEY?',
        'which value has KEY?',
        'KEY?',
        'tell me KEY',
        'give me the value of KEY',
      ])
      return [user(`${table}\n${question.replace('KEY', key)}`), assistant(value)]
    }
    case 2: {
      const [first, second] = [anyValue(random), anyValue(random)]
      const order = random.pick([
        'Put A before B',
        'A and B, in this order',
        'write A then B',
        'join A and B',
      ])
      return [
        user(order.replace('A', () => first).replace('B', () => second)),
        assistant(`${first} ${second}`),
      ]
    }
    case 3: {
      const items = Array.from({ length: 2 + random.below(5) }, () => anyValue(random))
      const order = random.pick(['Make a list of: ', 'List these: ', 'as a list: ', 'bullet points: '])
      return [user(order + items.join(', ')), assistant(items.map(item => `- ${item}`).join('\n'))]
    }
    default: {
      const word = random.chance(0.5) ? madeUp(random) : random.pick(nouns)
      const order = random.pick([
        'Write WORD with a capital',
        'capitalise WORD',
        'WORD with a capital letter',
      ])
      return [user(order.replace('WORD', word)), assistant(capital(word))]
    }
  }
}
