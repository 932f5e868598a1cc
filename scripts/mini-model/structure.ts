import type { Random } from '../gguf/random.ts'
import { assistant, type Message, system, user } from './dialogue.ts'
import {
  adjectives,
  amount,
  city,
  code,
  date,
  email,
  identifier,
  madeUp,
  nouns,
  personName,
  phrase,
  things,
  wholeNumber,
} from './words.ts'

interface Field {
  readonly keys: readonly string[]
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array'
  value(random: Random): unknown
  /** How a text says it. */
  readonly told: readonly string[]
}

const fields: readonly Field[] = [
  {
    keys: ['name', 'person', 'user', 'customer'],
    type: 'string',
    value: personName,
    told: ['X', 'the name is X', 'it is for X', 'by X'],
  },
  {
    keys: ['age', 'years'],
    type: 'integer',
    value: random => 1 + random.below(99),
    told: ['X years old', 'age X', 'X years'],
  },
  {
    keys: ['city', 'place', 'location', 'town'],
    type: 'string',
    value: city,
    told: ['from X', 'in X', 'lives in X', 'the city is X'],
  },
  { keys: ['email', 'mail'], type: 'string', value: email, told: ['email X', 'mail to X', 'reach at X'] },
  { keys: ['date', 'day', 'due'], type: 'string', value: date, told: ['on X', 'dated X', 'the date is X'] },
  {
    keys: ['price', 'cost', 'amount', 'total'],
    type: 'number',
    value: amount,
    told: ['costs X', 'the price is X', 'X euros', 'for X'],
  },
  {
    keys: ['count', 'quantity', 'number'],
    type: 'integer',
    value: wholeNumber,
    told: ['X pieces', 'X of them', 'the count is X'],
  },
  {
    keys: ['item', 'product', 'article'],
    type: 'string',
    value: random => (random.chance(0.6) ? random.pick(things) : madeUp(random)),
    told: ['item X', 'the product is X', 'bought X'],
  },
  {
    keys: ['id', 'order', 'ticket', 'code'],
    type: 'string',
    value: code,
    told: ['number X', 'order X', 'ticket X', 'the id is X'],
  },
  {
    keys: ['title', 'subject', 'summary'],
    type: 'string',
    value: phrase,
    told: ['titled X', 'about X', 'the title is X', 'called X'],
  },
  {
    keys: ['colour', 'color'],
    type: 'string',
    value: random => random.pick(['red', 'blue', 'green', 'black', 'white', 'yellow', 'grey']),
    told: ['in X', 'colour X', 'it is X'],
  },
  {
    keys: ['active', 'done', 'paid', 'open'],
    type: 'boolean',
    value: random => random.chance(0.5),
    told: [],
  },
  {
    keys: ['tags', 'items', 'list', 'words'],
    type: 'array',
    value: random =>
      Array.from({ length: 2 + random.below(3) }, () =>
        random.chance(0.5) ? random.pick(adjectives) : random.pick(nouns),
      ),
    told: ['tags X', 'with X', 'the words X'],
  },
  {
    keys: ['key', 'variable', 'field'],
    type: 'string',
    value: identifier,
    told: ['key X', 'the variable X'],
  },
]

const orders = {
  keys: [
    'Extract KEYS as JSON: TEXT',
    'TEXT\nGive me this as JSON with the keys KEYS.',
    'Make JSON with KEYS from: TEXT',
    'json with KEYS: TEXT',
    'Turn this into a JSON object with the keys KEYS: TEXT',
    'Return a JSON object with the fields KEYS.\nTEXT',
    'TEXT\nAs JSON (KEYS) please',
    'parse into json, keys KEYS: TEXT',
  ],
  schema: [
    'TEXT\nAnswer with JSON that matches this schema: SCHEMA',
    'Schema: SCHEMA\nText: TEXT',
    'Use the JSON schema SCHEMA for: TEXT',
    'TEXT\nJSON schema: SCHEMA',
    'Fill this schema SCHEMA from the text: TEXT',
  ],
} as const
const systems = [
  'Answer in JSON.',
  'You output JSON only.',
  'Reply with JSON.',
  'You extract data as JSON.',
  'Respond with valid JSON and nothing else.',
]

export interface Extraction {
  readonly messages: readonly Message[]
  readonly expected: Readonly<Record<string, unknown>>
}

/** Facts in a text, to be written out as a JSON object of a given shape. */
export function extraction(random: Random): Extraction {
  const chosen = random.shuffle(fields).slice(0, 1 + random.below(4))
  const expected: Record<string, unknown> = {}
  const told: string[] = []
  const properties: Record<string, unknown> = {}
  for (const field of chosen) {
    const key = random.pick(field.keys)
    const value = field.value(random)
    expected[key] = value
    properties[key] =
      field.type === 'array' ? { type: 'array', items: { type: 'string' } } : { type: field.type }
    const shown = Array.isArray(value) ? value.join(random.chance(0.5) ? ', ' : ' and ') : String(value)
    told.push(
      field.type === 'boolean'
        ? random.pick(
            value ? [key, `it is ${key}`, `${key}: yes`] : [`not ${key}`, `it is not ${key}`, `${key}: no`],
          )
        : random.chance(0.3)
          ? `${key}${random.pick([' ', ': ', ' = ', ' is '])}${shown}`
          : random.pick(field.told).replace('X', () => shown),
    )
  }
  const text = random.shuffle(told).join(random.pick([', ', ', ', '; ', ' and ', '. ']))
  const names = Object.keys(expected)
  const bySchema = random.chance(0.35)
  const list =
    names.length > 1
      ? `${names.slice(0, -1).join(', ')}${random.pick([' and ', ', '])}${names.at(-1)}`
      : names[0]!
  const schema = JSON.stringify({
    type: 'object',
    properties,
    ...(random.chance(0.6) && { required: names }),
  })
  const order = random
    .pick(bySchema ? orders.schema : orders.keys)
    .replace('KEYS', () => list)
    .replace('SCHEMA', () => schema)
    .replace('TEXT', () => text)
  const opening = random.chance(0.25) ? [system(random.pick(systems))] : []
  return { messages: [...opening, user(order), assistant(JSON.stringify(expected))], expected }
}
