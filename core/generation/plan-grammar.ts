import type { Grammar, ReasoningSpan, Tool } from '../engine/engine.ts'
import { anyObject, type NotEnforced } from './grammar/convert.ts'
import { jsonObjectGrammar, schemaGrammar, schemaRule } from './grammar/grammar.ts'
import { Rules } from './grammar/rules.ts'
import { jsonSyntax } from './grammar/syntax.ts'
import type { ChatOptions } from './plan.ts'
import type { ToolSyntax } from './templates/detect.ts'
import {
  type Before,
  callsRule,
  forcedCalls,
  heldAnswer,
  lenient,
  offeredCalls,
} from './toolcalls/call-grammar.ts'
import {
  forcedHarmony,
  forcedRecipients,
  heldHarmony,
  heldRecipients,
  offeredHarmony,
  offeredRecipients,
} from './toolcalls/whole-grammar.ts'

/** What the text of an answer must be: any JSON object, or JSON that fits a schema. */
export type Output =
  | { readonly kind: 'object' }
  /** `param`: the request field that holds the schema, for errors. */
  | { readonly kind: 'schema'; readonly schema: unknown; readonly param: string }

export interface AnswerGrammar {
  readonly grammar: Grammar | undefined
  /** Of the output's schema, what the answer must still be checked for. */
  readonly notEnforced: readonly NotEnforced[]
}

export interface AnswerInput {
  readonly tools: readonly Tool[]
  readonly options: ChatOptions
  readonly syntax: ToolSyntax
  readonly span: ReasoningSpan | undefined
}

/** Grammars that are kept for each template: agents send the same tools with every turn. */
const maxKept = 16
const kept = new WeakMap<object, Map<string, AnswerGrammar>>()

/** `answerGrammar`, remembered for as long as `owner` (the facts of a loaded model's template) lives. */
export function keptAnswerGrammar(owner: object, input: AnswerInput): AnswerGrammar {
  const { tools, options, syntax, span } = input
  const notation = syntax.kind === 'marked' ? syntax.format.id : syntax.kind
  const { toolChoice, parallelToolCalls, output } = options
  const places = tools.map((_, index) => options.toolParam?.(index))
  const key = JSON.stringify([notation, span, toolChoice, parallelToolCalls, output, places, tools])
  const known = kept.get(owner) ?? new Map<string, AnswerGrammar>()
  kept.set(owner, known)
  const found = known.get(key) ?? answerGrammar(input)
  // The oldest goes first; one that was used is young again.
  known.delete(key)
  known.set(key, found)
  for (const oldest of known.keys()) {
    if (known.size <= maxKept) break
    known.delete(oldest)
  }
  return found
}

/**
 * The grammar an answer is held to. Asked-for calls and output from the first token; offered calls from their mark on.
 * An output's schema that makes no sense is refused; a tool's only leaves its arguments free, because agents send many
 * tools and a user can change none of them.
 */
function answerGrammar({ tools, options, syntax, span }: AnswerInput): AnswerGrammar {
  const { toolChoice, output, parallelToolCalls = true } = options
  const parallel = parallelToolCalls
  const before: Before | undefined = span && { marks: span, state: span.openInPrompt ? 'open' : 'free' }
  const param = options.toolParam ?? ((index: number): string => `tools.${index}.function.parameters`)
  const usable = lenient(tools, (tool, index) => schemaGrammar(tool.parameters ?? {}, param(index)))
  if (toolChoice === 'required' || typeof toolChoice === 'object') {
    const chosen = toolChoice === 'required' ? usable : usable.filter(tool => tool.name === toolChoice.name)
    return { grammar: forced(syntax, { tools: chosen, parallel, param }, before), notEnforced: [] }
  }
  if (output) return held(output, usable, { syntax, before, parallel, param })
  if (usable.length === 0) return { grammar: undefined, notEnforced: [] }
  return { grammar: offered(syntax, { tools: usable, parallel, param }), notEnforced: [] }
}

interface Calls {
  readonly tools: readonly Tool[]
  readonly parallel: boolean
  readonly param: (index: number) => string
}

function forced(syntax: ToolSyntax, calls: Calls, before: Before | undefined): Grammar {
  if (syntax.kind === 'harmony') return forcedHarmony(calls)
  if (syntax.kind === 'recipients') return forcedRecipients(calls)
  return forcedCalls({ ...calls, format: syntax.format }, before)
}

function offered(syntax: ToolSyntax, calls: Calls): Grammar {
  if (syntax.kind === 'harmony') return offeredHarmony(calls)
  if (syntax.kind === 'recipients') return offeredRecipients(calls)
  return offeredCalls({ ...calls, format: syntax.format })
}

/** The grammar of an output that is no chat's answer: raw text is continued in JSON from the first token. */
export function outputGrammar(output: Output): AnswerGrammar {
  if (output.kind === 'object') return { grammar: { text: jsonObjectGrammar() }, notEnforced: [] }
  const { grammar, notEnforced } = schemaGrammar(output.schema, output.param)
  return { grammar: { text: grammar }, notEnforced }
}

/** An answer of JSON or, where there are tools, of calls. */
function held(
  output: Output,
  tools: readonly Tool[],
  {
    syntax,
    before,
    parallel,
    param,
  }: { syntax: ToolSyntax; before: Before | undefined; parallel: boolean; param: Calls['param'] },
): AnswerGrammar {
  const rules = new Rules()
  const { rule, notEnforced } =
    output.kind === 'object'
      ? { rule: anyObject(rules, jsonSyntax), notEnforced: [] }
      : schemaRule(rules, jsonSyntax, output.schema, output.param)
  if (syntax.kind === 'harmony') return { grammar: heldHarmony(rules, rule), notEnforced }
  if (syntax.kind === 'recipients') return { grammar: heldRecipients(rules, rule), notEnforced }
  const calls =
    tools.length > 0 ? callsRule(rules, { tools, parallel, param, format: syntax.format }) : undefined
  return {
    grammar: heldAnswer(rules, calls === undefined ? rule : `(${rule} | ${calls})`, before),
    notEnforced,
  }
}
