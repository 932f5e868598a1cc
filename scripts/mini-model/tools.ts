import type { Random } from '../gguf/random.ts'
import { assistant, type Message, system, type ToolCall, type ToolDefinition, user } from './dialogue.ts'
import { beginning, refused } from './guide.ts'
import { type Frame, smallTalk } from './manners.ts'
import { withTypo } from './phrasing.ts'
import type { ArgumentKind, ToolKind } from './tool-arguments.ts'
import { inventedKind, toolKinds } from './tool-kinds.ts'
import { ask, type Topic } from './topics.ts'
import { capital, identifier } from './words.ts'

export interface ToolDialogue {
  readonly messages: readonly Message[]
  readonly tools: readonly ToolDefinition[]
}

type Spelling = (words: readonly string[]) => string
const spellings: readonly Spelling[] = [
  words => words.join('_'),
  words => words.join('_'),
  words => words.map((word, i) => (i ? capital(word) : word)).join(''),
  words => words.join('-'),
  words => words.map(capital).join(''),
]

interface Defined {
  readonly kind: ToolKind
  readonly tool: ToolDefinition
  readonly keys: readonly string[]
  readonly args: readonly ArgumentKind[]
}

function define(kind: ToolKind, spelling: Spelling, random: Random, strange = 0): Defined {
  const args = kind.args.filter(argument => !argument.said || random.chance(0.6))
  const keys: string[] = []
  const odd = random.chance(strange)
  for (const argument of args) {
    const key = odd ? identifier(random) : random.pick(argument.keys.filter(known => !keys.includes(known)))
    keys.push(keys.includes(key) ? `${key}${keys.length + 1}` : key)
  }
  const name = spelling(random.pick(kind.names).split(' '))
  const properties = Object.fromEntries(
    args.map((argument, i) => [
      keys[i]!,
      {
        type: argument.type,
        ...(argument.choices && { enum: argument.choices }),
        ...(argument.items && { items: { type: argument.items } }),
      },
    ]),
  )
  const required = keys.filter((_, i) => !args[i]!.said)
  return {
    kind,
    args,
    keys,
    tool: {
      name,
      ...(random.chance(0.8) && { description: random.pick(kind.about) }),
      parameters: { type: 'object', properties, required },
    },
  }
}

/** The tool to be called among up to `others` that do not fit, spelt alike, in any order. */
function toolbox(
  random: Random,
  others: number,
  { pool = toolKinds, strange = 0 }: { pool?: readonly ToolKind[]; strange?: number } = {},
): { wanted: Defined; defined: readonly Defined[]; tools: ToolDefinition[] } {
  const spelling = random.pick(spellings)
  const any = () => (pool.length === 0 || random.chance(0.4) ? inventedKind(random) : random.pick(pool))
  const kind = any()
  const wanted = define(kind, spelling, random, strange)
  const defined = [wanted]
  for (let i = 0; i < others; i++) {
    const other = any()
    if (defined.some(known => known.kind === other)) continue
    const one = define(other, spelling, random, strange)
    if (!defined.some(known => known.tool.name === one.tool.name)) defined.push(one)
  }
  return { wanted, defined, tools: random.shuffle(defined.map(({ tool }) => tool)) }
}

function request(wanted: Defined, random: Random): { said: string; call: ToolCall; values: unknown[] } {
  const given: Record<string, unknown> = {}
  const values: unknown[] = []
  const asked = random.pick(wanted.kind.asks)
  let said = random.chance(0.3) ? capital(asked) : asked
  // Optional arguments are counted apart from those that the request has places for.
  let place = 0
  for (const [i, argument] of wanted.args.entries()) {
    if (argument.said && !random.chance(0.4)) continue
    const value = argument.value(random)
    given[wanted.keys[i]!] = value
    const shown = Array.isArray(value) ? value.join(random.chance(0.5) ? ', ' : ' and ') : String(value)
    if (argument.said) said += ` ${random.pick(argument.said).replace('{}', () => shown)}`
    else {
      said = said.replace(`{${place++}}`, () => shown)
      values.push(value)
    }
  }
  if (random.chance(0.12))
    said = `${random.pick(['please ', 'hey, ', 'hi, ', 'ok, ', 'can you ', 'could you '])}${said}`
  said += random.pick(['', '', '', '?', '.', ' please', '!'])
  return { said, call: { name: wanted.tool.name, arguments: given }, values }
}

const toolSystems = [
  'You are a helpful assistant.',
  'You can use tools.',
  'Use the tools when they help.',
  'You are an agent. Call tools to do what the user asks.',
  'You are a helpful assistant with tools.',
  'You are a coding agent.',
]
const oks: readonly (readonly [Record<string, unknown> | string, string])[] = [
  [{ ok: true }, 'Done.'],
  [{ success: true }, 'Done.'],
  [{ status: 'ok' }, 'Done.'],
  ['ok', 'Done.'],
  ['done', 'Done.'],
]
const failures = [
  'not found',
  'no permission',
  'timeout',
  'not allowed',
  'no such file',
  'server is down',
  'invalid value',
  'already exists',
]

function outcome(
  wanted: Defined,
  values: readonly unknown[],
  random: Random,
): { content: string; say: string } {
  const write = (data: unknown) =>
    typeof data === 'string'
      ? data
      : random.chance(0.6)
        ? JSON.stringify(data)
        : JSON.stringify(data).replace(/":/g, '": ').replace(/,"/g, ', "')
  if (random.chance(0.1)) {
    const reason = random.pick(failures)
    return { content: write({ error: reason }), say: `That did not work: ${reason}.` }
  }
  if (!wanted.kind.result) {
    const [data, say] = random.pick(oks)
    return { content: write(data), say }
  }
  const { data, say } = wanted.kind.result(values, random)
  return { content: write(data), say }
}

/**
 * A request that a tool fits, then its result told in words; often more requests to the same tools. Half of the earlier
 * results are left out: what is hard is the call, and so a text has more of them. `strange` is the share of tools whose
 * arguments have names that tell nothing, so that names are read and not guessed.
 */
export function toolTurn(
  random: Random,
  options: { others?: number; rounds?: number; strange?: number } = {},
): ToolDialogue {
  const { wanted, defined, tools } = toolbox(
    random,
    options.others ?? random.pick([0, 0, 1, 1, 2, 2, 3, 4]),
    options,
  )
  const messages: Message[] = random.chance(0.25) ? [system(random.pick(toolSystems))] : []
  if (random.chance(0.08)) messages.push(...smallTalk(random))
  const rounds = options.rounds ?? random.pick(defined.length > 3 ? [1, 1, 2] : [1, 2, 2, 3])
  for (let round = 0; round < rounds; round++) {
    const called = round === 0 ? wanted : random.pick(defined)
    const { said, call, values } = request(called, random)
    messages.push(user(random.chance(0.05) ? typoInVerb(said, random) : said), assistant('', [call]))
    if (random.chance(round === rounds - 1 ? 0.35 : 0.5)) continue
    const { content, say } = outcome(called, values, random)
    messages.push({ role: 'tool', content }, assistant(say))
  }
  return { messages, tools }
}

/** A slip in the first word only, so that no argument is changed. */
function typoInVerb(said: string, random: Random): string {
  const [first = '', ...rest] = said.split(' ')
  return [withTypo(first, random), ...rest].join(' ')
}

/** Tools are there, but the question needs none. For the given share only the answer's beginning is said. */
export function noToolTurn(topics: readonly Topic[], random: Random, open = 0): ToolDialogue {
  const setting: Frame = { opening: [], style: 'plain', wish: '' }
  const dice = random.next()
  // Beside questions of general knowledge only invented tools: the others could well fit them.
  const { tools } = toolbox(random, random.below(4), dice < 0.7 ? {} : { pool: [] })
  const topic = random.pick(topics)
  const turn =
    dice < 0.6
      ? [user(ask(topic, random)), random.chance(open) ? beginning(topic) : assistant(topic.answer)]
      : dice < 0.7
        ? smallTalk(random)
        : refused(setting, random)
  return { messages: [...(random.chance(0.25) ? [system(random.pick(toolSystems))] : []), ...turn], tools }
}
