import type { Step } from './reader.ts'
import type { CallContext, Outcome } from './style.ts'
import { jsonNotation, ValueReader } from './values.ts'

/**
 * Reads the arguments of a call as JSON and hands them on as they come; `begin` is called once it is clear that they are
 * arguments at all. Some models write them as a string that holds the JSON, some write null or [] for none.
 */
export function* readArguments({ reader, answer }: CallContext, begin: () => void): Step<Outcome> {
  const next = yield* reader.peek()
  if (next === '{') {
    begin()
    const value = new ValueReader(reader, jsonNotation, text => answer.callArguments(text))
    if (yield* value.value()) return 'done'
    reader.giveUp(value.restAt)
    return 'broken'
  }
  if (next === '"') {
    const text = yield* new ValueReader(reader, jsonNotation, () => {}).text()
    const json = text === undefined ? undefined : objectText(text)
    if (json === undefined) return 'none'
    begin()
    answer.callArguments(json)
    return 'done'
  }
  if (!(yield* reader.literal('null')) && !(yield* reader.literal('[]'))) return 'none'
  begin()
  answer.endCall()
  return 'done'
}

/** The text itself when it is a JSON object; '{}' for an empty one. */
function objectText(text: string): string | undefined {
  if (text.trim() === '') return '{}'
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? text : undefined
  } catch {
    return undefined
  }
}
