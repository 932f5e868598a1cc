import type { Tool } from '../../engine/engine.ts'
import { literal, type Rules } from '../grammar/rules.ts'
import { readArguments } from './arguments.ts'
import type { Step } from './reader.ts'
import { argumentsRule } from './rule-parts.ts'
import type { CallContext, CallStyle, Outcome } from './style.ts'
import { jsonNotation, ValueReader } from './values.ts'

export interface JsonCallKeys {
  /** The keys this family writes; all the usual ones are read. */
  readonly name: string
  readonly arguments: string
  /** A member the family writes before or after the others, and the expression of its value. */
  readonly extra?: {
    readonly at: 'first' | 'last'
    readonly key: string
    readonly value: string
    readonly optional?: boolean
  }
}

const nameKeys = new Set(['name', 'tool_name'])
const argumentKeys = new Set(['arguments', 'parameters', 'args', 'input'])

/** `{"name": …, "arguments": {…}}`, with the keys in any order and others between. */
export function jsonCall(keys: JsonCallKeys, knownNamesOnly = false): CallStyle {
  return {
    read: context => readCall(context, knownNamesOnly),
    rule: (rules, tool, param) => callRule(rules, tool, param, keys),
    write: (name, json) => `{"${keys.name}": ${JSON.stringify(name)}, "${keys.arguments}": ${json}}`,
  }
}

/** What has been read of a call's object so far. */
interface Found {
  name?: string
  /** Arguments that came before the name. */
  early?: string
  begun: boolean
}

function* readCall(context: CallContext, knownNamesOnly: boolean): Step<Outcome> {
  const found: Found = { begun: false }
  const outcome = yield* readMembers(context, found, knownNamesOnly)
  if (outcome === 'none' && found.begun) return 'broken'
  if (outcome !== 'done') return outcome
  if (found.name === undefined) return 'none'
  if (!found.begun) {
    context.answer.beginCall(found.name)
    context.answer.callArguments(found.early ?? '')
  }
  context.answer.endCall()
  return 'done'
}

/** The members of the call's object, and of the one under `function` where a model wraps it. */
function* readMembers(context: CallContext, found: Found, knownNamesOnly: boolean): Step<Outcome> {
  const { reader, answer, tools } = context
  if (!(yield* reader.literal('{'))) return 'none'
  for (let first = true; ; first = false) {
    const start = reader.position
    yield* reader.space()
    if (yield* reader.literal('}')) return first ? 'none' : 'done'
    if (!first && !(yield* reader.literal(','))) return fail(context, found, start)
    yield* reader.space()
    const key = yield* new ValueReader(reader, jsonNotation, () => {}).text()
    if (key === undefined) return fail(context, found, start)
    yield* reader.space()
    if (!(yield* reader.literal(':'))) return fail(context, found, start)
    yield* reader.space()
    if (nameKeys.has(key) || (key === 'function' && (yield* reader.peek()) === '"')) {
      const name = yield* new ValueReader(reader, jsonNotation, () => {}).text()
      if (name === undefined || name === '' || (knownNamesOnly && !tools.has(name)))
        return fail(context, found, start)
      found.name ??= name
    } else if (key === 'function') {
      const inner = yield* readMembers(context, found, knownNamesOnly)
      if (inner !== 'done') return inner
    } else if (argumentKeys.has(key) && !found.begun && found.early === undefined) {
      const { name } = found
      if (name === undefined) {
        const early = yield* readEarly(context)
        if (early === undefined) return 'none'
        found.early = early
        continue
      }
      const outcome = yield* readArguments(context, () => {
        found.begun = true
        answer.beginCall(name)
      })
      if (outcome !== 'done') return outcome
    } else if (!(yield* new ValueReader(reader, jsonNotation, () => {}).value()))
      return fail(context, found, start)
  }
}

/** Arguments that come before the name cannot be handed on yet. */
function* readEarly({ reader }: CallContext): Step<string | undefined> {
  let text = ''
  const value = new ValueReader(reader, jsonNotation, json => {
    text += json
  })
  if ((yield* reader.peek()) !== '{' || !(yield* value.value())) return undefined
  return text
}

function fail({ reader }: CallContext, found: Found, start: number): Outcome {
  if (!found.begun) return 'none'
  reader.giveUp(start)
  return 'broken'
}

function callRule(rules: Rules, tool: Tool, param: string, keys: JsonCallKeys): string {
  const member = (key: string, value: string): string => `${literal(`${JSON.stringify(key)}:`)} ws ${value}`
  const name = member(keys.name, literal(JSON.stringify(tool.name)))
  const both = `${name} ws "," ws ${member(keys.arguments, argumentsRule(rules, tool, param))}`
  return rules.add(`call-${tool.name}`, `"{" ws ${withExtra(both, keys.extra, member)} ws "}"`)
}

function withExtra(
  members: string,
  extra: JsonCallKeys['extra'],
  member: (key: string, value: string) => string,
): string {
  if (!extra) return members
  const own = member(extra.key, extra.value)
  const part = extra.at === 'first' ? `${own} ws "," ws` : `ws "," ws ${own}`
  const written = extra.optional ? `(${part})?` : part
  return extra.at === 'first' ? `${written} ${members}` : `${members} ${written}`
}

/** `{"name": {…}}`: the tool's name is the key of its arguments. */
export const keyedCall: CallStyle = {
  *read(context) {
    const { reader, answer } = context
    if (!(yield* reader.literal('{'))) return 'none'
    yield* reader.space()
    const name = yield* new ValueReader(reader, jsonNotation, () => {}).text()
    yield* reader.space()
    if (name === undefined || name === '' || !(yield* reader.literal(':'))) return 'none'
    yield* reader.space()
    const outcome = yield* readArguments(context, () => answer.beginCall(name))
    if (outcome !== 'done') return outcome
    answer.endCall()
    const start = reader.position
    yield* reader.space()
    if (yield* reader.literal('}')) return 'done'
    reader.reset(start)
    return 'broken'
  },
  rule: (rules, tool, param) =>
    rules.add(
      `call-${tool.name}`,
      `"{" ws ${literal(`${JSON.stringify(tool.name)}:`)} ws ${argumentsRule(rules, tool, param)} ws "}"`,
    ),
  write: (name, json) => `{${JSON.stringify(name)}: ${json}}`,
}
