import { literal } from '../grammar/rules.ts'
import { readArguments } from './arguments.ts'
import type { Step } from './reader.ts'
import { argumentsRule } from './rule-parts.ts'
import { type CallContext, type CallStyle, type Outcome, readName } from './style.ts'

export interface NamedCall {
  /** What may stand before the name and is no part of it. */
  readonly before?: readonly string[]
  /** Ends an id that comes before the name. */
  readonly idBefore?: string
  /** What ends the name. */
  readonly ends: readonly string[]
  /** An id between the name and its arguments, from one mark to another. */
  readonly id?: { readonly from: string; readonly to: string }
  /** Arguments in a fence of back-quotes. */
  readonly fenced?: boolean
  /** The name in what was read; by default all of it. */
  readonly clean?: (name: string) => string
  /** What stands around the arguments when the model writes a call, as expressions. */
  readonly expression: (name: string) => { readonly before: string; readonly after?: string }
  /** The same as plain text, where it is one. */
  readonly text?: (name: string) => { readonly before: string; readonly after?: string }
}

const fenceOpen = ['```json\n', '```json', '```\n']
const fenceClose = ['\n```', '```']

/** The tool's name, a mark, and the arguments as JSON. */
export function namedCall(spec: NamedCall): CallStyle {
  return {
    read: context => readCall(context, spec),
    rule: (rules, tool, param) => {
      const { before, after } = spec.expression(tool.name)
      const parts = [before, argumentsRule(rules, tool, param), ...(after === undefined ? [] : [after])]
      return rules.add(`call-${tool.name}`, parts.join(' '))
    },
    ...(spec.text && { write: writer(spec.text) }),
  }
}

function* readCall(context: CallContext, spec: NamedCall): Step<Outcome> {
  const { reader, answer } = context
  yield* reader.oneOf(spec.before ?? [])
  if (spec.idBefore !== undefined) {
    if ((yield* readName(reader)) === undefined || !(yield* reader.literal(spec.idBefore))) return 'none'
  }
  const raw = yield* readName(reader)
  if (raw === undefined) return 'none'
  const name = spec.clean?.(raw) ?? raw
  yield* reader.while(character => character === ' ')
  const end = yield* reader.oneOf([...(spec.id ? [spec.id.from] : []), ...spec.ends])
  if (end === undefined && (yield* reader.peek()) !== '{') return 'none'
  if (spec.id && end === spec.id.from) {
    if ((yield* readName(reader)) === undefined || !(yield* reader.literal(spec.id.to))) return 'none'
  }
  yield* reader.space()
  if (spec.fenced) {
    yield* reader.oneOf(fenceOpen)
    yield* reader.space()
  }
  const outcome = yield* readArguments(context, () => answer.beginCall(name))
  if (outcome !== 'done') return outcome
  answer.endCall()
  if (spec.fenced) yield* reader.oneOf(fenceClose)
  return 'done'
}

function writer(text: NonNullable<NamedCall['text']>): NonNullable<CallStyle['write']> {
  return (name, json) => {
    const { before, after = '' } = text(name)
    return before + json + after
  }
}

/** What stands around the arguments, as plain text. */
export function around(
  before: (name: string) => string,
  after?: string,
): Pick<NamedCall, 'expression' | 'text'> {
  return {
    expression: name => ({
      before: literal(before(name)),
      ...(after !== undefined && { after: literal(after) }),
    }),
    text: name => ({ before: before(name), ...(after !== undefined && { after }) }),
  }
}
