import type { Completion } from '../../contract/completions.ts'
import { type AnswerDelta, type End, type Head, wireTimings, wireUsage } from '../wire.ts'
import { finishReasonOf, textOf } from './chunks.ts'

/** Gathers an answer's deltas; `end` gives the whole. */
export class CompletionAnswer {
  readonly #head: Head
  #text: string

  /** `echo`: what the answer begins with. */
  constructor(head: Head, echo: string) {
    this.#head = head
    this.#text = echo
  }

  add(delta: AnswerDelta): void {
    this.#text += textOf(delta)
  }

  end(end: End): Completion {
    const finish_reason = finishReasonOf(end.reason)
    return {
      ...this.#head,
      object: 'text_completion',
      choices: [{ index: 0, text: this.#text, logprobs: null, finish_reason }],
      usage: wireUsage(end),
      timings: wireTimings(end),
    }
  }
}
