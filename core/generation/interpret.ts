import { ImpetusError } from '../contract/errors.ts'
import type { Delta, TokenLogprob } from '../engine/engine.ts'
import type { Violation } from './grammar/grammar.ts'
import type { Interpreter } from './toolcalls/interpreter.ts'

/** What a reader of an answer sees: everything after `start`. */
export type AnswerDelta = Exclude<Delta, { type: 'start' | 'end' }> | AnswerEnd

export type AnswerEnd = Extract<Delta, { type: 'end' }> & {
  /** Where the answer breaks the schema it was asked to keep, in what no grammar can hold it to. */
  readonly violation?: Violation
}

/**
 * Between every engine and every dialect: makes reasoning and tool calls of the model's text where there is an
 * interpreter, and holds the engine to its word. No empty text, nothing after `end`, and an `end` that comes: an
 * answer that just stops would leave agents waiting for ever.
 */
export async function* interpret(
  deltas: AsyncIterable<Delta>,
  interpreter?: Interpreter,
): AsyncGenerator<AnswerDelta> {
  const logprobs = new Logprobs()
  for await (const delta of deltas) {
    switch (delta.type) {
      case 'start':
        throw unfit('began twice')
      case 'text':
        if (interpreter === undefined) {
          if (delta.text !== '' || delta.logprobs !== undefined) yield delta
          break
        }
        logprobs.add(delta.logprobs)
        yield* logprobs.joined(interpreter.push(delta.text, delta.tokens))
        break
      case 'end':
        if (interpreter !== undefined) yield* logprobs.joined(interpreter.end())
        yield interpreter === undefined ? delta : ended(delta, interpreter)
        return
      default:
        if (delta.type === 'toolCall' || delta.text !== '') yield delta
    }
  }
  throw unfit('stopped without an end')
}

function ended(end: Extract<Delta, { type: 'end' }>, { calls, reasoningTokens }: Interpreter): AnswerEnd {
  const usage = {
    ...end.usage,
    reasoningTokens: Math.min(
      end.usage.completionTokens,
      Math.max(end.usage.reasoningTokens, reasoningTokens),
    ),
  }
  return { ...end, usage, reason: calls > 0 && end.reason === 'stop' ? 'toolCalls' : end.reason }
}

/** The likelihoods of text that an interpreter still holds back. Those of reasoning and calls belong to no text. */
class Logprobs {
  #waiting: TokenLogprob[] = []

  add(logprobs: readonly TokenLogprob[] | undefined): void {
    if (logprobs !== undefined) this.#waiting.push(...logprobs)
  }

  *joined(deltas: readonly AnswerDelta[]): Generator<AnswerDelta> {
    if (deltas.length === 0) return
    const logprobs = this.#waiting
    this.#waiting = []
    const first = deltas.findIndex(delta => delta.type === 'text')
    for (const [index, delta] of deltas.entries()) {
      yield index === first && delta.type === 'text' && logprobs.length > 0 ? { ...delta, logprobs } : delta
    }
  }
}

function unfit(what: string): ImpetusError {
  return new ImpetusError('internal_error', `The engine ${what}. Send the request again.`)
}
