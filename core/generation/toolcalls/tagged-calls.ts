import type { Tool } from '../../engine/engine.ts'
import { anyValue } from '../grammar/convert.ts'
import type { JsonType } from '../grammar/leaf.ts'
import { type Parameter, parametersOf } from '../grammar/parameters.ts'
import { choice, literal, type Rules } from '../grammar/rules.ts'
import { jsonSyntax } from '../grammar/syntax.ts'
import type { Reader, Step } from './reader.ts'
import { noParameters, untilRule } from './rule-parts.ts'
import {
  type CallContext,
  type CallStyle,
  knownParameters,
  maxNameLength,
  type Outcome,
  readName,
} from './style.ts'

/** A call as tags: its name, then for each argument a key and a value. */
export interface TaggedCall {
  readonly nameOpen: string
  /** Ends the name; '' where a line break or the first key does. */
  readonly nameClose: string
  readonly keyOpen: string
  /** What ends the key, and what it says of the value; the first is written for strings, the last for others. */
  readonly keyCloses: readonly { readonly text: string; readonly value?: 'text' | 'json' }[]
  readonly valueOpen?: string
  readonly valueClose: string
  /** Ends the call; '' where the next key or the end of all calls does. */
  readonly callClose: string
  /** What the model writes between the parts. */
  readonly between: string
  /** Values stand on lines of their own. */
  readonly ownLines?: boolean
}

export function taggedCall(spec: TaggedCall): CallStyle {
  return {
    read: context => readCall(context, spec),
    rule: (rules, tool, param) => callRule(rules, tool, param, spec),
  }
}

function* readCall(context: CallContext, spec: TaggedCall): Step<Outcome> {
  const { reader, answer, tools } = context
  if (!(yield* reader.literal(spec.nameOpen))) return 'none'
  const name = yield* readName(reader)
  if (name === undefined) return 'none'
  if (spec.nameClose !== '') {
    yield* reader.while(character => character === ' ')
    if (!(yield* reader.literal(spec.nameClose))) return 'none'
  } else if (!(yield* endsName(reader, spec))) return 'none'
  answer.beginCall(name)
  answer.callArguments('{')
  const types = parameterTypes(tools.get(name))
  for (let count = 0; ; count += 1) {
    const start = reader.position
    yield* reader.space()
    if (spec.callClose !== '' && (yield* reader.literal(spec.callClose))) break
    const key = yield* readKey(reader, spec)
    if (key === undefined) {
      answer.callArguments('}')
      reader.giveUp(start)
      return spec.callClose === '' ? 'done' : 'broken'
    }
    yield* readValue(context, spec, key, types(key.name), count === 0 ? '' : ',')
  }
  answer.callArguments('}')
  return 'done'
}

/** Without a mark of its own the name must be followed by a line break, a key or the end of the call. */
function* endsName(reader: Reader, spec: TaggedCall): Step<boolean> {
  const space = yield* reader.space()
  if (space.includes('\n')) return true
  const next = yield* reader.peek()
  return next === undefined ? false : next === spec.keyOpen[0]
}

interface Key {
  readonly name: string
  readonly value: 'text' | 'json' | undefined
}

function* readKey(reader: Reader, spec: TaggedCall): Step<Key | undefined> {
  if (!(yield* reader.literal(spec.keyOpen))) return undefined
  const stops = new Set(spec.keyCloses.map(({ text }) => text[0]!))
  let name = ''
  for (;;) {
    const next = yield* reader.peek()
    if (next === undefined || name.length > maxNameLength) return undefined
    if (stops.has(next)) {
      for (const close of spec.keyCloses) {
        if (!(yield* reader.literal(close.text))) continue
        yield* readOpening(reader, spec)
        return { name, value: close.value }
      }
    }
    name += next
    yield* reader.next()
  }
}

function* readOpening(reader: Reader, { valueOpen }: TaggedCall): Step<void> {
  if (valueOpen === undefined) return
  const start = reader.position
  yield* reader.space()
  if (!(yield* reader.literal(valueOpen))) reader.reset(start)
}

/** Strings are handed on as they come; other values when they are whole, so not when the end cuts them off. */
function* readValue(
  { reader, answer }: CallContext,
  spec: TaggedCall,
  key: Key,
  types: ReadonlySet<JsonType> | undefined,
  separator: string,
): Step<void> {
  const name = `${separator}${JSON.stringify(key.name)}:`
  if (spec.ownLines) yield* reader.literal('\n')
  const ends = spec.ownLines ? [`\n${spec.valueClose}`, spec.valueClose] : [spec.valueClose]
  if (key.value === 'text' || (key.value === undefined && types?.size === 1 && types.has('string'))) {
    answer.callArguments(`${name}"`)
    yield* reader.until(ends, text => answer.callArguments(JSON.stringify(text).slice(1, -1)))
    answer.callArguments('"')
    return
  }
  let text = ''
  const end = yield* reader.until(ends, part => {
    text += part
  })
  if (end !== undefined) answer.callArguments(name + jsonOf(text, types))
}

/** A value whose type the notation does not tell: as JSON where that gives an allowed type, else a string. */
function jsonOf(text: string, types: ReadonlySet<JsonType> | undefined): string {
  const trimmed = text.trim()
  const word = { True: 'true', False: 'false', None: 'null' }[trimmed] ?? trimmed
  try {
    const value: unknown = JSON.parse(word)
    if (types === undefined || allows(types, value)) return word
  } catch {
    // Not JSON, so it is the text that it is.
  }
  return JSON.stringify(text)
}

function allows(types: ReadonlySet<JsonType>, value: unknown): boolean {
  if (value === null) return types.has('null')
  if (Array.isArray(value)) return types.has('array')
  if (typeof value === 'number')
    return types.has('number') || (types.has('integer') && Number.isInteger(value))
  if (typeof value === 'object') return types.has('object')
  return types.has(typeof value as 'string' | 'boolean')
}

/** What each parameter may be, as far as the tool's schema tells. */
function parameterTypes(tool: Tool | undefined): (name: string) => ReadonlySet<JsonType> | undefined {
  const types = new Map(knownParameters(tool)?.map(parameter => [parameter.name, parameter.types]))
  return name => types.get(name)
}

function callRule(rules: Rules, tool: Tool, param: string, spec: TaggedCall): string {
  const line = spec.ownLines ? '\n' : ''
  const between = spec.between === '' ? 'ws' : `${literal(spec.between)}?`
  const parameters = parametersOf(tool.parameters ?? noParameters, param)
  const [textClose, jsonClose] = [spec.keyCloses[0]!, spec.keyCloses.at(-1)!]
  const opening = spec.valueOpen === undefined ? '' : `${between} ${literal(spec.valueOpen)} `
  const start = (key: string, close: string): string =>
    `${literal(spec.keyOpen + key + close)} ${opening}${literal(line)}`
  const end = literal(line + spec.valueClose)
  const one = (parameter: Parameter): string | undefined => {
    if (parameter.texts) {
      const texts = choice(parameter.texts.map(literal))
      return `${start(parameter.name, textClose.text)} ${texts} ${end}`
    }
    if (parameter.types.has('string')) {
      return `${start(parameter.name, textClose.text)} ${untilRule(rules, spec.valueClose)}`
    }
    const value = parameter.rule(rules, jsonSyntax)
    return value === undefined ? undefined : `${start(parameter.name, jsonClose.text)} ${value} ${end}`
  }
  const parts = parameters
    ? parameters.flatMap(parameter => {
        const expression = one(parameter)
        if (expression === undefined) return []
        return [parameter.required ? `${expression} ${between}` : `(${expression} ${between})?`]
      })
    : [
        `(${literal(spec.keyOpen)} [a-zA-Z0-9_.-]{1,64} ${literal(jsonClose.text)} ${opening}${literal(line)} ${anyValue(rules, jsonSyntax)} ${end} ${between})*`,
      ]
  const name =
    spec.nameClose === ''
      ? literal(`${spec.nameOpen}${tool.name}`)
      : literal(spec.nameOpen + tool.name + spec.nameClose)
  return rules.add(`call-${tool.name}`, [name, between, ...parts, literal(spec.callClose)].join(' '))
}
