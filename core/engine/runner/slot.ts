import type { AddonContext } from './binding.ts'
import type { Job } from './job.ts'

/** One sequence of the native context: what its state holds, and who uses it. The two change together, between steps. */
export class Slot {
  readonly index: number
  job: Job | undefined
  /** A count that rises with each use. */
  lastUse = 0
  readonly #context: AddonContext
  #tokens: number[] = []

  constructor(index: number, context: AddonContext) {
    this.index = index
    this.#context = context
  }

  /** Tokens whose state is in the context, or will be after the step that is being made. */
  get tokens(): readonly number[] {
    return this.#tokens
  }

  /**
   * Shortens the state to its first `keep` tokens, or to none where it cannot be cut: a recurrent model's state is one
   * whole, and a sliding window has dropped what the tokens before its end would need.
   *
   * @returns how many tokens are left
   */
  cut(keep: number): number {
    if (keep === this.#tokens.length) return keep
    const whole = this.#context.getSequenceKvCacheMinPosition(this.index) <= 0
    if (keep > 0 && whole && this.#context.removeTokenCellsFromSequence(this.index, keep, -1)) {
      this.#tokens.length = keep
      return keep
    }
    this.clear()
    return 0
  }

  clear(): void {
    this.#context.disposeSequence(this.index)
    this.#tokens = []
  }

  /**
   * Puts tokens into the step that is being made.
   *
   * @param sample whether the last one's logits are wanted
   * @returns where those logits will be, -1 for none
   */
  addToBatch(tokens: Uint32Array, sample: boolean): number {
    const wanted = sample ? Uint32Array.of(tokens.length - 1) : none
    const [logit = -1] = this.#context.addToBatch(this.index, this.#tokens.length, tokens, wanted)
    for (const token of tokens) this.#tokens.push(token)
    return logit
  }
}

const none = new Uint32Array(0)
