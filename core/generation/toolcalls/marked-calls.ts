import type { Tool } from '../../engine/engine.ts'
import { characters, subtract } from '../grammar/codepoints.ts'
import { schemaRule } from '../grammar/grammar.ts'
import { characterClass, literal, type Rules } from '../grammar/rules.ts'
import type { Syntax } from '../grammar/syntax.ts'
import type { Step } from './reader.ts'
import { noParameters, untilRule } from './rule-parts.ts'
import { type CallContext, type CallStyle, type Outcome, readName } from './style.ts'
import { markedNotation, ValueReader } from './values.ts'

/** Gemma's `call:name{key:<mark>value<mark>,other:[1,2]}`. */
export function markedCall(mark: string): CallStyle {
  return {
    read: context => readCall(context, mark),
    rule: (rules, tool, param) => callRule(rules, tool, param, mark),
  }
}

function* readCall({ reader, answer }: CallContext, mark: string): Step<Outcome> {
  if (!(yield* reader.literal('call:'))) return 'none'
  const name = yield* readName(reader)
  if (name === undefined) return 'none'
  yield* reader.space()
  if ((yield* reader.peek()) !== '{') return 'none'
  answer.beginCall(name)
  const value = new ValueReader(reader, markedNotation(mark), text => answer.callArguments(text))
  if (yield* value.value()) return 'done'
  reader.giveUp(value.restAt)
  return 'broken'
}

function markedSyntax(rules: Rules, mark: string): Syntax {
  return {
    name: 'marked',
    key: name => literal(`${name}:`),
    keyFrom: content => `${content} ":"`,
    string: content => `${literal(mark)} ${content} ${literal(mark)}`,
    // A limited string does without the character that could begin the mark.
    character: set => characterClass(subtract(set, characters(mark[0]!))),
    anyString: () => `${literal(mark)} ${untilRule(rules, mark)}`,
    anyKey: () => '[a-zA-Z_] [a-zA-Z0-9_-]{0,63} ":"',
    value: value => literal(markedText(value, mark)),
  }
}

function markedText(value: unknown, mark: string): string {
  if (typeof value === 'string') return mark + value + mark
  if (Array.isArray(value)) return `[${value.map(each => markedText(each, mark)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}:${markedText(each, mark)}`)
    .join(',')}}`
}

function callRule(rules: Rules, tool: Tool, param: string, mark: string): string {
  const { rule } = schemaRule(rules, markedSyntax(rules, mark), tool.parameters ?? noParameters, param)
  return rules.add(`call-${tool.name}`, `${literal(`call:${tool.name}`)} ${rule}`)
}
