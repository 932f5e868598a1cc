import type { Completion, CompletionLogprobs } from '../../contract/completions.ts'
import type { ScoredToken } from '../../engine/engine.ts'
import { wireTimings } from '../../generation/timings.ts'
import { type AnswerDelta, type End, type Head, wireUsage } from '../wire.ts'
import { finishReasonOf, textOf } from './chunks.ts'
import { type Echo, LogprobLists, promptLogprobs } from './logprobs.ts'

type WireChoice = Completion['choices'][number]

/** One choice of a whole answer, and what it took. */
export interface WholeChoice {
  readonly choice: WireChoice
  readonly end: End
  /** The mean logarithm of its tokens' probabilities. */
  readonly likelihood: number | undefined
}

/** Gathers the deltas of one choice; `end` gives the whole of it. */
export class CompletionAnswer {
  readonly #index: number
  readonly #logprobs: LogprobLists
  #text: string

  readonly #prompt: readonly ScoredToken[]

  /** `echo`: what the answer begins with. */
  constructor(index: number, { text, tokens }: Echo) {
    this.#index = index
    this.#text = text
    this.#prompt = tokens
    this.#logprobs = new LogprobLists(text.length)
  }

  add(delta: AnswerDelta): void {
    this.#text += textOf(delta)
    if (delta.type === 'text') this.#logprobs.add(delta.logprobs)
  }

  end(end: End): WholeChoice {
    const choice = {
      index: this.#index,
      text: this.#text,
      logprobs: joined(this.#prompt, this.#logprobs.wire),
      finish_reason: finishReasonOf(end.reason),
    }
    return { choice, end, likelihood: this.#logprobs.mean }
  }
}

function joined(prompt: readonly ScoredToken[], answer: CompletionLogprobs): CompletionLogprobs {
  const before = promptLogprobs(prompt)
  if (before === null || answer === null) return before ?? answer
  const tops = (one: NonNullable<CompletionLogprobs>) => one.top_logprobs ?? one.tokens.map(() => null)
  return {
    tokens: [...before.tokens, ...answer.tokens],
    token_logprobs: [...before.token_logprobs, ...answer.token_logprobs],
    top_logprobs:
      before.top_logprobs === null && answer.top_logprobs === null
        ? null
        : [...tops(before), ...tops(answer)],
    text_offset: [...before.text_offset, ...answer.text_offset],
  }
}

/** `total`: what all the choices took together. */
export function completionOf(head: Head, choices: readonly WholeChoice[], total: End): Completion {
  return {
    ...head,
    object: 'text_completion',
    choices: choices.map(({ choice }) => choice),
    usage: wireUsage(total),
    timings: wireTimings(total),
  }
}

/**
 * Of the answers to each prompt, which follow each other, the likeliest, the likeliest first; numbered anew.
 *
 * @param each how many answers each prompt has
 * @param keep how many of them are wanted
 */
export function likeliest(choices: readonly WholeChoice[], each: number, keep: number): WholeChoice[] {
  if (each === keep) return [...choices]
  const kept: WholeChoice[] = []
  for (let from = 0; from < choices.length; from += each) {
    const ranked = choices
      .slice(from, from + each)
      .sort((one, two) => (two.likelihood ?? 0) - (one.likelihood ?? 0))
    kept.push(...ranked.slice(0, keep))
  }
  return kept.map((whole, index) => ({ ...whole, choice: { ...whole.choice, index } }))
}
