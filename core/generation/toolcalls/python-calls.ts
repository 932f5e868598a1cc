import type { Tool } from '../../engine/engine.ts'
import { anyValue } from '../grammar/convert.ts'
import { membersExpression } from '../grammar/objects.ts'
import { parametersOf } from '../grammar/parameters.ts'
import { literal, type Rules } from '../grammar/rules.ts'
import { jsonSyntax, type Syntax } from '../grammar/syntax.ts'
import type { Reader, Step } from './reader.ts'
import { noParameters } from './rule-parts.ts'
import { type CallContext, type CallStyle, knownParameters, type Outcome, readName } from './style.ts'
import { pythonNotation, ValueReader } from './values.ts'

const pythonEscape = '"\\x5C" ["\'\\x5Cnrt]'

const pythonSyntax: Syntax = {
  ...jsonSyntax,
  name: 'python',
  anyString: () =>
    `("\\"" ([^"\\x5C\\x00-\\x1F] | ${pythonEscape})* "\\"" | "'" ([^'\\x5C\\x00-\\x1F] | ${pythonEscape})* "'")`,
  value: value =>
    typeof value === 'string' && /^[^'\\\n]*$/.test(value)
      ? `(${literal(pythonText(value))} | ${literal(`'${value}'`)})`
      : literal(pythonText(value)),
}

/** `name(key="value", other=[1, 2])`, where the names of the tools tell a call from text. */
export const pythonCall: CallStyle = {
  read: readCall,
  rule: callRule,
  write: (name, json) => {
    const given = Object.entries(JSON.parse(json) as Record<string, unknown>)
    return `${name}(${given.map(([key, value]) => `${key}=${pythonText(value)}`).join(', ')})`
  },
}

function* readCall(context: CallContext): Step<Outcome> {
  const { reader, answer, tools } = context
  const written = yield* readName(reader)
  if (written === undefined || !(yield* reader.literal('('))) return 'none'
  // Llama's built-in tools are written as name.call(…).
  const name = tools.has(written) ? written : written.replace(/\.call$/, '')
  const tool = tools.get(name)
  if (!tool) return 'none'
  answer.beginCall(name)
  answer.callArguments('{')
  const order = (knownParameters(tool) ?? []).map(parameter => parameter.name)
  for (let count = 0; ; count += 1) {
    const start = reader.position
    yield* reader.space()
    if (count > 0 && (yield* reader.literal(','))) yield* reader.space()
    if (yield* reader.literal(')')) break
    const key = (yield* readKey(reader)) ?? order[count]
    if (key === undefined) return fail(context, start)
    const separator = count === 0 ? '' : ','
    let opening = `${separator}${JSON.stringify(key)}:`
    const value = new ValueReader(reader, pythonNotation, json => {
      answer.callArguments(opening + json)
      opening = ''
    })
    if (!(yield* value.value())) {
      return fail(context, opening === '' ? value.restAt : start)
    }
  }
  answer.callArguments('}')
  return 'done'
}

function fail({ reader, answer }: CallContext, restAt: number): Outcome {
  answer.callArguments('}')
  reader.giveUp(restAt)
  return 'broken'
}

/** `key=`; undefined for an argument by position, with nothing read. */
function* readKey(reader: Reader): Step<string | undefined> {
  const start = reader.position
  const name = yield* reader.while(character => /\w/.test(character))
  yield* reader.while(character => character === ' ')
  if (name !== '' && (yield* reader.literal('='))) {
    yield* reader.space()
    return name
  }
  reader.reset(start)
  return undefined
}

function callRule(rules: Rules, tool: Tool, param: string): string {
  const parameters = parametersOf(tool.parameters ?? noParameters, param)
  const members = (parameters ?? []).flatMap(parameter => {
    const value = parameter.rule(rules, pythonSyntax)
    return value === undefined
      ? []
      : [{ expression: `${literal(`${parameter.name}=`)} ${value}`, required: parameter.required }]
  })
  const extra = parameters ? undefined : `[a-zA-Z_] [a-zA-Z0-9_]{0,63} "=" ${anyValue(rules, pythonSyntax)}`
  const inner = membersExpression(rules, members, extra, { min: 0, max: Infinity }, '"," ws')
  const list =
    inner === undefined ? '' : inner.mayBeEmpty ? ` (${inner.expression})?` : ` ${inner.expression}`
  return rules.add(`call-${tool.name}`, `${literal(`${tool.name}(`)}${list} ")"`)
}

/** A known value as Python writes it; strings as in JSON, which Python reads too. */
function pythonText(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${pythonText(each)}`)
      .join(', ')}}`
  }
  return JSON.stringify(value)
}
