import type { Answer, Probabilities } from '../contract/llama-server.ts'
import type { Likelihood, TokenLogprob } from '../engine/engine.ts'
import type { AnswerDelta } from '../generation/interpret.ts'
import { wireLikelihood } from '../generation/likelihood.ts'
import { wireTimings } from '../generation/timings.ts'

type End = Extract<AnswerDelta, { type: 'end' }>

/** What is said between the beginning and the end of a stream. */
export type Part = Pick<
  Answer,
  'index' | 'content' | 'tokens' | 'stop' | 'tokens_predicted' | 'tokens_evaluated'
> &
  Partial<Pick<Answer, 'completion_probabilities'>>

/** How a request wants to be answered. */
export interface Manner {
  readonly model: string
  readonly contextLength: number
  readonly promptTokens: number
  /** The answer was not asked for, only its prompt's state. */
  readonly warmUp: boolean
  readonly tokens: boolean
  readonly probabilities: boolean
  readonly settings: Omit<Answer['generation_settings'], 'n_ctx'>
}

/** Gathers an answer's deltas; tells each as an event of a stream, and the whole at the end. */
export class Continuation {
  readonly #manner: Manner
  readonly #index: number
  #text = ''
  #count = 0
  readonly #likely: TokenLogprob[] = []

  constructor(manner: Manner, index = 0) {
    this.#manner = manner
    this.#index = index
  }

  /** The event for a piece; none where there is nothing to tell. In a raw text everything is text. */
  add(delta: Exclude<AnswerDelta, End>): Part[] {
    if (delta.type === 'toolCall') return []
    this.#count += delta.tokens
    if (this.#manner.warmUp) return []
    const { text } = delta
    const likely = (delta.type === 'text' && delta.logprobs) || []
    if (text === '' && likely.length === 0) return []
    this.#text += text
    this.#likely.push(...likely)
    return [
      {
        index: this.#index,
        content: text,
        ...this.#known(likely),
        stop: false,
        tokens_predicted: this.#count,
        tokens_evaluated: this.#manner.promptTokens,
      },
    ]
  }

  end(end: End): Answer {
    const { usage, stopSequence } = end
    const { model, warmUp, contextLength, settings } = this.#manner
    return {
      index: this.#index,
      content: this.#text,
      ...this.#known(this.#likely),
      model,
      stop: true,
      stop_type: end.reason === 'length' ? 'limit' : stopSequence === undefined ? 'eos' : 'word',
      stopping_word: stopSequence ?? '',
      has_new_line: this.#text.includes('\n'),
      truncated: false,
      tokens_predicted: warmUp ? 0 : usage.completionTokens,
      tokens_evaluated: usage.promptTokens,
      tokens_cached: usage.cachedTokens,
      generation_settings: { n_ctx: contextLength, ...settings },
      ...(end.violation && { schema_violation: end.violation }),
      timings: wireTimings(end),
    }
  }

  #known(likely: readonly TokenLogprob[]): Pick<Answer, 'tokens' | 'completion_probabilities'> {
    const { tokens, probabilities } = this.#manner
    return {
      tokens: tokens ? likely.map(({ token }) => token) : [],
      ...(probabilities && {
        completion_probabilities: likely.map(({ top, ...one }) => ({
          ...probable(one),
          top_logprobs: top.map(probable),
        })),
      }),
    }
  }
}

function probable(one: Likelihood): Probabilities[number]['top_logprobs'][number] {
  return { id: one.token, ...wireLikelihood(one) }
}

/** The fields asked for by their paths, each under its whole path; everything where none are asked for. */
export function chosen(
  answer: Answer,
  fields: readonly string[] | null | undefined,
): Answer | Record<string, unknown> {
  if (fields == null || fields.length === 0) return answer
  const found = fields.flatMap((field): [string, unknown][] => {
    const value = field.split('/').reduce<unknown>(member, answer)
    return value === undefined ? [] : [[field, value]]
  })
  return Object.fromEntries(found)
}

function member(value: unknown, name: string): unknown {
  const has = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return has ? (value as Record<string, unknown>)[name] : undefined
}
