import type { Random } from '../gguf/random.ts'
import { anyValue } from './copying.ts'
import { assistant, type Message, user } from './dialogue.ts'
import { conversation } from './guide.ts'
import { type ToolDialogue, toolTurn } from './tools.ts'
import type { Topic } from './topics.ts'
import { adjectives, capital, madeUp, nouns, personName, phrase } from './words.ts'

const longest = 45

export function longConversation(topics: readonly Topic[], random: Random): Message[] {
  return conversation(topics, random, 8 + random.below(longest))
}

/** Many definitions, as agents send them, and several calls. */
export function longTools(random: Random): ToolDialogue {
  return toolTurn(random, { others: 10 + random.below(30), rounds: 1 + random.below(6) })
}

const facts = [
  (random: Random) =>
    `The ${random.pick(adjectives)} ${random.pick(nouns)} belongs to ${personName(random)}.`,
  (random: Random) => `${personName(random)} has the ${phrase(random)}.`,
  (random: Random) => `In the ${random.pick(nouns)} there is a ${phrase(random)}.`,
  (random: Random) => `${capital(madeUp(random))} is near ${capital(madeUp(random))}.`,
]

/** A long text with one value hidden in it, asked for at the end. */
export function needle(random: Random): Message[] {
  const value = anyValue(random)
  const thing = random.pick(nouns)
  const text = Array.from({ length: 20 + random.below(220) }, () => random.pick(facts)(random))
  const hidden = random.pick([
    'The code of the THING is X.',
    'Remember: the THING is X.',
    'The secret THING is X.',
    'THING: X.',
  ])
  text.splice(
    random.below(text.length),
    0,
    hidden.replace('THING', thing).replace('X', () => value),
  )
  const question = random.pick([
    'What is the THING?',
    'what is the secret THING',
    'which THING was it',
    'What is the code of the THING?',
    'Find the THING.',
  ])
  return [user(`${text.join(' ')}\n${question.replace('THING', thing)}`), assistant(value)]
}
