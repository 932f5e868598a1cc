/** Tokens: a single token says little of how many at once will do. */
const mostAtFirst = 64

/**
 * How many prompt tokens one step may compute so that it stays within its time. Learned from the steps themselves:
 * the first chunk is small, and each may at most double, because a guess that is too high cannot be taken back.
 */
export class Pace {
  readonly #widest: number
  #perToken: number | undefined
  /** The last chunk that was computed in full. */
  #proven: number
  #offered: number

  /** @param first tokens of the first chunk, which nothing is known about yet */
  constructor(widest: number, first: number) {
    this.#widest = widest
    this.#proven = Math.max(1, Math.min(first, mostAtFirst, widest))
    this.#offered = this.#proven
  }

  /** Milliseconds a prompt token; undefined while none was computed. */
  get perToken(): number | undefined {
    return this.#perToken
  }

  /** Tokens for a step that should take `milliseconds`; at least one. */
  chunk(milliseconds: number): number {
    if (this.#perToken === undefined) return this.#proven
    const fitting = Math.floor(milliseconds / this.#perToken)
    this.#offered = Math.max(1, Math.min(fitting, this.#proven * 2, this.#widest))
    return this.#offered
  }

  /** A step that computed `prefill` prompt tokens and `decode` others took this long. */
  learn(prefill: number, decode: number, milliseconds: number): void {
    if (prefill === 0) return
    const measured = milliseconds / (prefill + decode)
    // A prompt's few last tokens carry a step's fixed cost: they would make all tokens look slow.
    const short = prefill * 2 < this.#offered
    if (short && this.#perToken !== undefined && measured > this.#perToken) return
    this.#perToken = this.#perToken === undefined ? measured : (this.#perToken + measured) / 2
    if (!short) this.#proven = prefill
  }
}
