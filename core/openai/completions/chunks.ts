import type { CompletionChunk, CompletionLogprobs } from '../../contract/completions.ts'
import type { WireUsage } from '../../contract/openai.ts'
import type { EndReason } from '../../engine/engine.ts'
import { wireTimings } from '../../generation/timings.ts'
import type { AnswerDelta, Head } from '../wire.ts'
import { type Echo, LogprobLists, promptLogprobs } from './logprobs.ts'

/** Raw text has no tool calls: whatever else ends it is a stop. */
export function finishReasonOf(reason: EndReason): 'stop' | 'length' {
  return reason === 'length' ? 'length' : 'stop'
}

/** In a raw completion everything the model wrote is its text, also what it thought aloud. */
export function textOf(delta: AnswerDelta): string {
  return delta.type === 'text' || delta.type === 'reasoning' ? delta.text : ''
}

/** The last event, where it was asked for. */
export function usageChunk(head: Head, usage: WireUsage): CompletionChunk {
  return { ...head, object: 'text_completion', choices: [], usage }
}

/** Turns the deltas of one choice into events. */
export class CompletionChunks {
  readonly #head: Head
  readonly #index: number
  readonly #echo: Echo
  #offset: number

  /** `echo`: what the answer begins with. */
  constructor(head: Head, index: number, echo: Echo) {
    this.#head = head
    this.#index = index
    this.#echo = echo
    this.#offset = echo.text.length
  }

  begin(): CompletionChunk[] {
    const { text, tokens } = this.#echo
    return text === '' ? [] : [this.#chunk(text, promptLogprobs(tokens))]
  }

  add(delta: AnswerDelta): CompletionChunk[] {
    if (delta.type === 'end') {
      const finish = this.#chunk('', null, finishReasonOf(delta.reason))
      return [{ ...finish, timings: wireTimings(delta) }]
    }
    const text = textOf(delta)
    const logprobs = 'logprobs' in delta ? delta.logprobs : undefined
    if (text === '' && logprobs === undefined) return []
    const lists = new LogprobLists(this.#offset)
    lists.add(logprobs)
    this.#offset += text.length
    return [this.#chunk(text, lists.wire)]
  }

  #chunk(
    text: string,
    logprobs: CompletionLogprobs = null,
    finish_reason: 'stop' | 'length' | null = null,
  ): CompletionChunk {
    const choice = { index: this.#index, text, logprobs, finish_reason }
    return { ...this.#head, object: 'text_completion', choices: [choice] }
  }
}
