/**
 * How many prompt tokens one step may compute so that it stays within its time. Learned from the steps themselves:
 * the first chunk is small, and each may at most double, because a guess that is too high cannot be taken back.
 */
export class Pace {
  readonly #widest: number
  #perToken: number | undefined
  #last: number

  constructor(widest: number, first = 16) {
    this.#widest = widest
    this.#last = Math.min(first, widest)
  }

  /** Tokens for a step that should take `milliseconds`; at least one. */
  chunk(milliseconds: number): number {
    if (this.#perToken === undefined) return this.#last
    const fitting = Math.floor(milliseconds / this.#perToken)
    return Math.max(1, Math.min(fitting, this.#last * 2, this.#widest))
  }

  /** A step that computed `prefill` prompt tokens (and `decode` others) took this long. */
  learn(prefill: number, decode: number, milliseconds: number): void {
    if (prefill === 0) return
    const measured = milliseconds / (prefill + decode)
    // Short chunks (a prompt's last tokens, a cached prompt's few) carry the step's fixed cost and would look slow.
    const short = prefill * 2 < this.#last
    if (short && this.#perToken !== undefined && measured > this.#perToken) return
    this.#perToken = this.#perToken === undefined ? measured : this.#perToken * 0.5 + measured * 0.5
    if (!short) this.#last = prefill
  }
}
