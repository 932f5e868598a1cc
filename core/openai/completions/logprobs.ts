import type { CompletionLogprobs } from '../../contract/completions.ts'
import type { ScoredToken } from '../../engine/engine.ts'
import { wireLikelihood } from '../../generation/likelihood.ts'

type TopLogprobs = NonNullable<NonNullable<CompletionLogprobs>['top_logprobs']>[number]

/** What an answer begins with: its prompt, and how likely each token of that was where it was asked for. */
export interface Echo {
  readonly text: string
  readonly tokens: readonly ScoredToken[]
}

export function promptLogprobs(tokens: readonly ScoredToken[]): CompletionLogprobs {
  const lists = new LogprobLists(0)
  lists.add(tokens)
  return lists.wire
}

/** Likelihoods in the lists that completions have for them. */
export class LogprobLists {
  readonly #tokens: ScoredToken[] = []
  readonly #offset: number

  /** `offset`: characters of text before the first token. */
  constructor(offset: number) {
    this.#offset = offset
  }

  add(logprobs: readonly ScoredToken[] | undefined): void {
    if (logprobs !== undefined) this.#tokens.push(...logprobs)
  }

  /** The mean, by which answers of different length compare; undefined where none were told. */
  get mean(): number | undefined {
    const known = this.#tokens.flatMap(token => logprobOf(token) ?? [])
    if (known.length === 0) return undefined
    return known.reduce((sum, logprob) => sum + logprob, 0) / known.length
  }

  get wire(): CompletionLogprobs {
    if (this.#tokens.length === 0) return null
    let offset = this.#offset
    const text_offset = this.#tokens.map(({ text }) => {
      const at = offset
      offset += text.length
      return at
    })
    return {
      tokens: this.#tokens.map(({ text }) => text),
      token_logprobs: this.#tokens.map(logprobOf),
      top_logprobs: this.#tokens.some(token => token.top.length > 0) ? this.#tokens.map(topOf) : null,
      text_offset,
    }
  }
}

function logprobOf({ top: _, logprob, ...token }: ScoredToken): number | null {
  return logprob === null ? null : wireLikelihood({ ...token, logprob }).logprob
}

/** Of a token that came after nothing there is none. */
function topOf({ top, logprob }: ScoredToken): TopLogprobs {
  if (logprob === null) return null
  return Object.fromEntries(top.map(wireLikelihood).map(one => [one.token, one.logprob]))
}
