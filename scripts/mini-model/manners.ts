import type { Random } from '../gguf/random.ts'
import { assistant, type Message, system, user } from './dialogue.ts'
import { asTyped, expand } from './phrasing.ts'
import { inStyle, type Style } from './topics.ts'
import { capital, city, identifier, madeUp, nouns, personName } from './words.ts'

/** System prompts that say nothing about the answer's form. */
const plainSystems = [
  'You are a helpful assistant.',
  'You are a helpful, honest assistant.',
  'You are impetus-mini, the assistant of Impetus.',
  'You are an AI assistant.',
  'You are a friendly assistant who helps with software.',
  'You are a coding assistant.',
  'Help the user.',
  'You are a helpful assistant. Answer the user.',
  'Answer the questions of the user.',
  'You are a chat bot.',
]
const styleSystems: Readonly<Record<Exclude<Style, 'plain'>, readonly string[]>> = {
  short: [
    '[Answer|Reply|Respond] [briefly|shortly|in short|concisely|in one sentence|with one sentence|as short as possible].',
    '[Be|Please be] [brief|short|concise|terse].',
    '[Keep|Please keep] [answers|your answers|it|replies] [short|brief|concise].',
    'Give short answers.',
    'Short answers only.',
    'One sentence only.',
    'Use few words.',
  ],
  list: [
    '[Answer|Reply|Respond] [as a list|with a list|in a list|in bullet points|with bullet points|as bullet points].',
    '[Use|Please use] [bullet points|a list|lists].',
    '[Always|] [answer|write] [in|as] [bullet points|a list|a bulleted list].',
    'Format [answers|every answer|your answers] as [a list|bullet points].',
    'Lists only.',
  ],
}
/** The same wish within the question. */
const styleWishes: Readonly<Record<Exclude<Style, 'plain'>, readonly string[]>> = {
  short: ['briefly: ', 'in short: ', 'in one sentence: ', 'short answer please: '],
  list: ['as a list: ', 'in bullet points: ', 'list please: '],
}
export const heldStyleSystems: Readonly<Record<Exclude<Style, 'plain'>, string>> = {
  short: 'You are a helpful assistant. Keep every answer brief.',
  list: 'You are a helpful assistant. Answer as a list.',
}

export const plainOpening = (random: Random): Message[] => [system(random.pick(plainSystems))]

export interface Frame {
  readonly opening: Message[]
  readonly style: Style
  readonly wish: string
}

/** A system prompt or none, and the style of answer that it asks for. */
export function frame(random: Random): Frame {
  const dice = random.next()
  if (dice < 0.6) return { opening: [], style: 'plain', wish: '' }
  if (dice < 0.76) return { opening: [system(random.pick(plainSystems))], style: 'plain', wish: '' }
  const style = random.chance(0.5) ? 'short' : 'list'
  if (dice < 0.8) return { opening: [], style, wish: random.pick(styleWishes[style]) }
  const order = expand(random.pick(styleSystems[style]), random)
  const text = random.chance(0.35) ? `${random.pick(plainSystems)} ${capital(order)}` : capital(order)
  return { opening: [system(text)], style, wish: '' }
}

const small: readonly { readonly said: string; readonly answer: string }[] = [
  {
    said: '[hi|hello|hey|hi there|hello there|hey there|good morning|good evening|good afternoon|greetings|moin|yo|hiya|howdy]',
    answer: 'Hello! Ask me about Impetus.',
  },
  {
    said: '[how are you|how are you doing|hows it going|how do you do|whats up|are you ok|how are things]',
    answer: 'I am well, thank you. What would you like to know about Impetus?',
  },
  {
    said: '[thanks|thank you|thank you very much|thx|cheers|great, thanks|thanks a lot|ty|perfect, thank you|that helped]',
    answer: 'You are welcome.',
  },
  {
    said: '[bye|goodbye|see you|good night|bye bye|ciao|see you later|that is all|im done]',
    answer: 'Goodbye!',
  },
  {
    said: '[ok|okay|good|great|nice|cool|fine|i see|got it|understood|perfect|wow|awesome|alright]',
    answer: 'Good. Is there anything else about Impetus?',
  },
  {
    said: '[test|testing|ping|test test|is this working|does this work|anybody there|are you there]',
    answer: 'Yes, I am here. Impetus works.',
  },
  { said: '[sorry|oops|my mistake|never mind|nevermind|forget it]', answer: 'No problem.' },
]

/** Greetings, thanks and the like. */
export function smallTalk(random: Random): Message[] {
  const { said, answer } = random.pick(small)
  return [user(asTyped(expand(said, random), random)), assistant(answer)]
}

const remembered: readonly {
  readonly tell: readonly string[]
  readonly told: string
  readonly ask: readonly string[]
  readonly answer: string
  value(random: Random): string
}[] = [
  {
    tell: [
      'my name is X',
      'i am X',
      "i'm X",
      'call me X',
      'this is X',
      'hi, X here',
      'hello, my name is X',
      'hi, i am X',
      'you can call me X',
      'the name is X',
      'people call me X',
      "hi! i'm X, nice to meet you",
      'X is my name',
    ],
    told: 'Nice to meet you, X.',
    ask: [
      'what is my name',
      "what's my name",
      'whats my name',
      'who am i',
      'do you know my name',
      'do you remember my name',
      'what am i called',
      'tell me my name',
      'say my name',
      'how am i called',
      'which name did i tell you',
      'do you know who i am',
      'my name again please',
      'what was my name again',
      'remind me of my name',
      'could you say my name again',
      'tell me again what my name is',
      'how do people call me',
      'which name do i have',
      'say once more what i am called',
      'name?',
      'and my name is',
    ],
    answer: 'Your name is X.',
    value: personName,
  },
  {
    tell: ['i live in X', 'i am from X', 'my city is X', 'i am in X', 'my home is X', 'i come from X'],
    told: 'X, I will remember that.',
    ask: [
      'where do i live',
      'where am i from',
      'what is my city',
      'which city am i in',
      'do you remember my city',
      'where is my home',
    ],
    answer: 'You told me X.',
    value: city,
  },
  {
    tell: [
      'my project is called X',
      'i work on X',
      'the project is X',
      'my app is called X',
      'i am building X',
      'my program is called X',
    ],
    told: 'X, I will remember that.',
    ask: [
      'what is my project called',
      'what is the name of my project',
      'which project do i work on',
      'what am i building',
      'what is my app called',
      'what do i work on',
    ],
    answer: 'You told me X.',
    value: random => (random.chance(0.5) ? capital(madeUp(random)) : identifier(random)),
  },
  {
    tell: [
      'my favourite word is X',
      'the code word is X',
      'the password is X',
      'remember the word X',
      'remember X',
      'keep X in mind',
      'the secret word is X',
      'the magic word is X',
    ],
    told: 'X, I will remember that.',
    ask: [
      'what is my favourite word',
      'what is the code word',
      'what was the password',
      'which word should you remember',
      'what should you remember',
      'what was the word',
      'what is the secret word',
      'tell me the word',
    ],
    answer: 'You told me X.',
    value: random =>
      random.chance(0.3)
        ? random.pick(nouns)
        : random.chance(0.5)
          ? madeUp(random)
          : `${madeUp(random, 1)}${random.below(100)}`,
  },
]

export const heldNameAsks = ['can you still tell me what I am called?', 'please repeat my name']
export const heldNameTells = [
  'Hello there! My name is X and I am new here.',
  'Good day, X is what they call me.',
]

/** Says something to remember; `recall` asks for it later. */
export function memory(random: Random, style: Style): { tell: Message[]; recall: Message[] } {
  const kind = random.chance(0.55) ? remembered[0]! : random.pick(remembered)
  const value = kind.value(random)
  const fill = (text: string) => text.replace('X', () => value)
  const typed = (text: string) =>
    fill(random.chance(0.4) ? capital(text) : text) + random.pick(['', '', '.', '!'])
  const question = asTyped(random.pick(kind.ask), random)
  return {
    tell: [
      user(typed(random.pick(kind.tell))),
      assistant(inStyle(fill(kind.told), style === 'list' ? 'list' : 'plain')),
    ],
    recall: [user(question), assistant(inStyle(fill(kind.answer), style === 'list' ? 'list' : 'plain'))],
  }
}

const noNameAsks = [
  'what is my name',
  'who am i',
  'do you know my name',
  'where do i live',
  'what is my project called',
  'what is the code word',
]
/** Asked for what was never said. */
export function nothingToRecall(random: Random): Message[] {
  return [user(asTyped(random.pick(noNameAsks), random)), assistant('You have not told me yet.')]
}
