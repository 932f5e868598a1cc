import { ImpetusError } from '../../contract/errors.ts'
import type { Grammar, Tool } from '../../engine/engine.ts'
import { characters, complement, union } from '../grammar/codepoints.ts'
import { characterClass, choice, literal, Rules } from '../grammar/rules.ts'
import type { ReasoningMarks } from '../reasoning/spans.ts'
import type { ToolFormat } from './format.ts'
import { untilRule } from './rule-parts.ts'

/** What the model may do before it comes to the point. */
export interface Before {
  readonly marks: ReasoningMarks
  /** Whether the prompt leaves it thinking, or free to. */
  readonly state: 'open' | 'free'
}

export interface CallRules {
  readonly tools: readonly Tool[]
  readonly format: ToolFormat
  /** Whether several calls may be made at once; formats that cannot write several never do. */
  readonly parallel: boolean
  /** Names a tool's schema in errors. */
  readonly param: (index: number) => string
}

/** Free characters before a trigger: what a token may bring along in front of it. */
const maxLead = 48

/** Between reasoning and what follows. */
const gap = '[ \\t\\n]{0,8}'

/** The grammar of an answer that calls at least one of the tools. Refuses what `schemaGrammar` refuses. */
export function forcedCalls(calls: CallRules, before: Before | undefined): Grammar {
  const rules = new Rules()
  return { text: rules.text(`${thinking(rules, before)} ${gap} ${callsRule(rules, calls)} ws`) }
}

/** The grammar that holds a call to its tool's schema once the model has begun one of its own accord. */
export function offeredCalls(calls: CallRules): Grammar {
  const rules = new Rules()
  const triggers = calls.format.triggers ?? calls.format.open
  const starts = union(...triggers.map(trigger => characters([...trigger][0]!)))
  const lead = calls.format.bare ? 'ws' : `${characterClass(complement(starts))}{0,${maxLead}}`
  return { text: rules.text(`${lead} ${callsRule(rules, calls)} ws`), triggers }
}

/** The grammar of an answer whose text is held to a rule, after reasoning if there is any. */
export function heldAnswer(rules: Rules, answer: string, before: Before | undefined): Grammar {
  return { text: rules.text(`${thinking(rules, before)} ${gap} ${answer} ws`) }
}

/** Reasoning that is open in the prompt, or that the model may open. */
function thinking(rules: Rules, before: Before | undefined): string {
  if (!before) return ''
  const rest = untilRule(rules, before.marks.close)
  return before.state === 'open' ? rest : `(ws ${literal(before.marks.open)} ${rest})?`
}

/** One block of calls or, where the family writes one call in each, several. */
export function callsRule(rules: Rules, { tools, format, parallel, param }: CallRules): string {
  const several = parallel && format.parallel
  const call = rules.add(
    'call',
    choice(tools.map((tool, index) => format.style.rule(rules, tool, param(index)))),
  )
  const one = format.each
    ? rules.add('one', `${literal(format.each.open)} ${call} ${literal(format.each.close)}`)
    : call
  const between = literal(format.between ?? '')
  const open = format.bare ? '' : literal(format.open[0]!)
  const close = format.close === undefined ? '' : literal(format.close)
  const inside = (calls: string): string => {
    const { before = '', after = '' } = format.inside ?? {}
    return [open, optional(before), calls, optional(after), close].filter(part => part !== '').join(' ')
  }
  if (format.calls === 'list') {
    const more = rules.add('more-calls', `"," ws ${one}`)
    return inside(`"[" ws ${several ? `${one} ${more}*` : one} ws "]"`)
  }
  if (format.calls === 'many') {
    const more = rules.add('more-calls', `${optional(format.between ?? '') || '""'} ${one}`)
    return inside(several ? `${one} ${more}*` : one)
  }
  const block = rules.add('block', inside(one))
  const more = rules.add('more-calls', `${between} ${block}`)
  return several ? `${block} ${more}*` : block
}

/** What the family writes there, if it does: its models leave it out at times. */
function optional(text: string): string {
  if (text === '') return ''
  return /^\s+$/.test(text) ? 'ws' : literal(text)
}

/** The tools whose schemas can be held to; a schema that is refused leaves its tool free. */
export function lenient(
  tools: readonly Tool[],
  check: (tool: Tool, index: number) => unknown,
): readonly Tool[] {
  return tools.map((tool, index) => {
    try {
      check(tool, index)
      return tool
    } catch (error) {
      if (!(error instanceof ImpetusError)) throw error
      return { ...tool, parameters: { type: 'object' } }
    }
  })
}
