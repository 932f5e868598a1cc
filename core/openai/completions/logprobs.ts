import type { CompletionLogprobs } from '../../contract/completions.ts'
import type { TokenLogprob } from '../../engine/engine.ts'
import { wireLikelihood } from '../../generation/likelihood.ts'

/** Likelihoods in the lists that completions have for them. */
export class LogprobLists {
  readonly #tokens: TokenLogprob[] = []
  readonly #offset: number

  /** `offset`: characters of text before the first token. */
  constructor(offset: number) {
    this.#offset = offset
  }

  add(logprobs: readonly TokenLogprob[] | undefined): void {
    if (logprobs !== undefined) this.#tokens.push(...logprobs)
  }

  /** The mean, by which answers of different length compare; undefined where none were told. */
  get mean(): number | undefined {
    if (this.#tokens.length === 0) return undefined
    return this.#tokens.reduce((sum, token) => sum + wireLikelihood(token).logprob, 0) / this.#tokens.length
  }

  get wire(): CompletionLogprobs {
    if (this.#tokens.length === 0) return null
    const told = this.#tokens.map(wireLikelihood)
    let offset = this.#offset
    const text_offset = told.map(({ token }) => {
      const at = offset
      offset += token.length
      return at
    })
    const top = this.#tokens.map(token =>
      Object.fromEntries(token.top.map(wireLikelihood).map(({ token: text, logprob }) => [text, logprob])),
    )
    return {
      tokens: told.map(({ token }) => token),
      token_logprobs: told.map(({ logprob }) => logprob),
      top_logprobs: this.#tokens.some(token => token.top.length > 0) ? top : null,
      text_offset,
    }
  }
}
