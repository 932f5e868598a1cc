import { ImpetusError } from '../contract/errors.ts'
import type { Delta } from '../engine/engine.ts'

/** What a reader of an answer sees: everything after `start`. */
export type AnswerDelta = Exclude<Delta, { type: 'start' }>

/**
 * Between every engine and every dialect: holds the engine to its word. No empty text, nothing after `end`, and an
 * `end` that comes: an answer that just stops would leave agents waiting for ever.
 *
 * This is where a model's text becomes reasoning and tool calls.
 */
export async function* interpret(deltas: AsyncIterable<Delta>): AsyncGenerator<AnswerDelta> {
  for await (const delta of deltas) {
    if (delta.type === 'start') throw unfit('began twice')
    if ((delta.type === 'text' || delta.type === 'reasoning') && delta.text === '') continue
    yield delta
    if (delta.type === 'end') return
  }
  throw unfit('stopped without an end')
}

function unfit(what: string): ImpetusError {
  return new ImpetusError('internal_error', `The engine ${what}. Send the request again.`)
}
