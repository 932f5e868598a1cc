import type { ScoredToken } from '../engine.ts'
import type { AddonContext, Binding } from './binding.ts'
import { Likelihoods } from './logprobs.ts'
import type { NativeModel } from './native-model.ts'

export interface ScorerParts {
  readonly binding: Binding
  readonly model: NativeModel
  /** A context for so many tokens, that writes nothing. */
  readonly context: (tokens: number) => Promise<AddonContext>
}

/** Tokens computed in one step: each has the likelihoods of the whole vocabulary, which take room. */
const stepTokens = 32
/** Contexts have lengths that are whole multiples of this. */
const granularity = 256

/**
 * How likely the tokens of a text were, each after those before it. In a context of its own that lasts as long as the
 * work: streams beside it keep their states, and no memory is held for what is seldom asked.
 */
export class Scorer {
  readonly #parts: ScorerParts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: ScorerParts) {
    this.#parts = parts
  }

  /** One at a time. @throws the signal's reason */
  score(tokens: Uint32Array, top: number, signal: AbortSignal): Promise<ScoredToken[]> {
    const turn = this.#last.then(() => this.#scoreNow(tokens, top, signal))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #scoreNow(tokens: Uint32Array, top: number, signal: AbortSignal): Promise<ScoredToken[]> {
    signal.throwIfAborted()
    const { binding, model } = this.#parts
    const [first] = tokens
    if (first === undefined) return []
    const context = await this.#parts.context(Math.ceil(tokens.length / granularity) * granularity)
    using likelihoods = new Likelihoods(binding, model)
    const scored: ScoredToken[] = [{ ...likelihoods.spelt(first), logprob: null, top: [] }]
    try {
      for (let at = 0; at + 1 < tokens.length; at += stepTokens) {
        signal.throwIfAborted()
        const part = tokens.subarray(at, Math.min(at + stepTokens, tokens.length - 1))
        const all = Uint32Array.from(part, (_, index) => index)
        context.initBatch(part.length)
        const logits = context.addToBatch(0, at, part, all)
        await context.decodeBatch()
        for (const [index, logit] of logits.entries()) {
          signal.throwIfAborted()
          scored.push(await likelihoods.of(context, logit, tokens[at + index + 1] as number, top))
        }
      }
      return scored
    } finally {
      await context.dispose()
    }
  }
}
