import type { CompletionChunk } from '../../contract/completions.ts'
import type { EndReason } from '../../engine/engine.ts'
import { type AnswerDelta, type Head, wireTimings, wireUsage } from '../wire.ts'

/** Raw text has no tool calls: whatever else ends it is a stop. */
export function finishReasonOf(reason: EndReason): 'stop' | 'length' {
  return reason === 'length' ? 'length' : 'stop'
}

/** Text as an event of its own, such as the prompt that is to be echoed. */
export function textChunk(text: string, head: Head): CompletionChunk {
  return chunk(head, text, null)
}

/** The engine's delta as the events of a stream: at most one, and for `end` the usage too where that was asked for. */
export function chunksOf(delta: AnswerDelta, head: Head, includeUsage: boolean): CompletionChunk[] {
  if (delta.type !== 'end') {
    const text = textOf(delta)
    return text === '' ? [] : [textChunk(text, head)]
  }
  const last = chunk(head, '', finishReasonOf(delta.reason))
  const finish = { ...last, timings: wireTimings(delta) }
  return includeUsage ? [finish, { ...last, choices: [], usage: wireUsage(delta) }] : [finish]
}

/** In a raw completion everything the model wrote is its text, also what it thought aloud. */
export function textOf(delta: AnswerDelta): string {
  return delta.type === 'text' || delta.type === 'reasoning' ? delta.text : ''
}

function chunk(head: Head, text: string, finish_reason: 'stop' | 'length' | null): CompletionChunk {
  return { ...head, object: 'text_completion', choices: [{ index: 0, text, logprobs: null, finish_reason }] }
}
