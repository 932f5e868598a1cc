import type { Grammar, Tool } from '../../engine/engine.ts'
import { choice, literal, Rules } from '../grammar/rules.ts'
import type { CallRules } from './call-grammar.ts'
import { argumentsRule, untilRule } from './rule-parts.ts'

/** Grammars for the notations that shape the whole answer. */
type WholeRules = Omit<CallRules, 'format'>

const analysis = '"<|channel|>analysis<|message|>"'
const content = '(" "? "<|constrain|>"? "json")? "<|message|>"'

function thinking(rules: Rules): string {
  return `(${analysis} ${untilRule(rules, '<|end|>')} "<|start|>assistant")?`
}

function harmonyCall(rules: Rules, tool: Tool, param: string): string {
  return `${literal(tool.name)} ("<|channel|>commentary")? ${content} ${argumentsRule(rules, tool, param)}`
}

function harmonyCalls(rules: Rules, { tools, param }: WholeRules): string {
  return rules.add('call', choice(tools.map((tool, index) => harmonyCall(rules, tool, param(index)))))
}

/** The turn ends with a call, so there is one. */
export function forcedHarmony(calls: WholeRules): Grammar {
  const rules = new Rules()
  const call = harmonyCalls(rules, calls)
  return {
    text: rules.text(
      `${thinking(rules)} ("<|channel|>commentary to=functions." | " to=functions.") ${call} ws`,
    ),
  }
}

export function offeredHarmony(calls: WholeRules): Grammar {
  const rules = new Rules()
  return {
    text: rules.text(`[^t]{0,48} "to=functions." ${harmonyCalls(rules, calls)} ws`),
    triggers: ['to=functions.'],
  }
}

/** An answer whose text is held to a rule. */
export function heldHarmony(rules: Rules, answer: string): Grammar {
  return { text: rules.text(`${thinking(rules)} "<|channel|>final" ${content} ws ${answer} ws`) }
}

function recipientCalls(rules: Rules, { tools, param }: WholeRules): string {
  const calls = tools.map(
    (tool, index) => `${literal(`${tool.name}\n`)} ${argumentsRule(rules, tool, param(index))}`,
  )
  return rules.add('call', choice(calls))
}

export function forcedRecipients(calls: WholeRules): Grammar {
  const rules = new Rules()
  const call = recipientCalls(rules, calls)
  return { text: rules.text(calls.parallel ? `${call} (">>>" ${call})*` : call) }
}

/** Every part is for somebody, from the first token on, so the grammar is too. */
export function offeredRecipients(calls: WholeRules): Grammar {
  const rules = new Rules()
  const call = recipientCalls(rules, calls)
  const text = rules.add('text', '([^>] | ">" [^>] | ">>" [^>])*')
  const more = calls.parallel ? `${call} (">>>" ${call})*` : call
  return { text: rules.text(`(${more} | "all\\n" ${text} (">>>" ${more})?)`) }
}

export function heldRecipients(rules: Rules, answer: string): Grammar {
  return { text: rules.text(`"all\\n" ws ${answer} ws`) }
}
