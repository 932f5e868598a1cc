import type { Answer } from '../contract/llama-server.ts'
import type { AnswerDelta } from '../generation/interpret.ts'
import { wireTimings } from '../generation/timings.ts'

type End = Extract<AnswerDelta, { type: 'end' }>

/** What is said between the beginning and the end of a stream. */
export type Part = Pick<Answer, 'index' | 'content' | 'stop' | 'tokens_predicted' | 'tokens_evaluated'>

/** Gathers an answer's deltas; tells each as an event of a stream, and the whole at the end. */
export class Continuation {
  readonly #model: string
  readonly #promptTokens: number
  readonly #warmUp: boolean
  #text = ''
  #tokens = 0

  /** `warmUp`: the answer was not asked for, only its prompt's state. */
  constructor(model: string, promptTokens: number, warmUp: boolean) {
    this.#model = model
    this.#promptTokens = promptTokens
    this.#warmUp = warmUp
  }

  /** The event for a piece; none where there is nothing to tell. In a raw text everything is text. */
  add(delta: Exclude<AnswerDelta, End>): Part[] {
    if (delta.type === 'toolCall') return []
    this.#tokens += delta.tokens
    if (this.#warmUp || delta.text === '') return []
    this.#text += delta.text
    const { text } = delta
    return [
      {
        index: 0,
        content: text,
        stop: false,
        tokens_predicted: this.#tokens,
        tokens_evaluated: this.#promptTokens,
      },
    ]
  }

  end(end: End): Answer {
    const { usage, stopSequence } = end
    return {
      index: 0,
      content: this.#text,
      model: this.#model,
      stop: true,
      stop_type: end.reason === 'length' ? 'limit' : stopSequence === undefined ? 'eos' : 'word',
      stopping_word: stopSequence ?? '',
      has_new_line: this.#text.includes('\n'),
      truncated: false,
      tokens_predicted: this.#warmUp ? 0 : usage.completionTokens,
      tokens_evaluated: usage.promptTokens,
      tokens_cached: usage.cachedTokens,
      timings: wireTimings(end),
    }
  }
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
