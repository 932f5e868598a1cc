import { checkValue } from './grammar/grammar.ts'
import type { AnswerDelta } from './interpret.ts'
import type { Plan } from './plan.ts'
import type { AnswerRequest } from './types.ts'

type Output = NonNullable<NonNullable<AnswerRequest['options']>['output']>

/** Characters of an answer that are kept for the check; longer ones go unchecked. */
const longest = 4_000_000

/**
 * Passes an answer on, and tells with its end where it breaks its schema. Only an answer that came to its own end is
 * looked at: what was cut off is no JSON yet, and `length` says so.
 */
export async function* checkFormat(
  deltas: AsyncIterable<AnswerDelta>,
  output: Output | undefined,
  notEnforced: Plan['notEnforced'],
): AsyncGenerator<AnswerDelta> {
  if (output?.kind !== 'schema' || notEnforced.length === 0) {
    yield* deltas
    return
  }
  let text = ''
  for await (const delta of deltas) {
    if (delta.type === 'text' && text.length <= longest) text += delta.text
    if (delta.type !== 'end' || delta.reason !== 'stop' || text.length > longest) {
      yield delta
      continue
    }
    const violation = violationOf(text, output)
    yield violation === undefined ? delta : { ...delta, violation }
  }
}

function violationOf(text: string, { schema, param }: Extract<Output, { kind: 'schema' }>) {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A stop text can end an answer in its middle.
    return { path: '', keyword: 'type' }
  }
  return checkValue(schema, value, param)
}
