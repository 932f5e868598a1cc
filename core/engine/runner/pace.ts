/** Tokens: a single token says little of how many at once will do. */
const mostAtFirst = 64
/** What a measurement counts for when the next one comes. */
const forgetting = 0.85
/** Chunks that differ by less than this share of their size do not tell the cost of a token from that of a step. */
const leastSpread = 0.1
/** Of what a token costs on average, the least that a further one is believed to cost. */
const leastEach = 0.25
/** How much longer than it should a step may take for the sake of a larger chunk. */
const mostOverrun = 2.5

/**
 * How many prompt tokens one step may compute so that it stays within its time. A step costs something whatever its
 * width, and something for each token; both are learned from the steps themselves. The first chunk is small, and each
 * may at most double, because a guess that is too high cannot be taken back. However little time there is, a chunk is
 * large enough that no more than half of it goes into what the step costs anyway: smaller ones would look ever dearer
 * for each token, and become ever smaller.
 */
export class Pace {
  readonly #widest: number
  /** The last chunk that was computed in full. */
  #proven: number
  #offered: number
  #weight = 0
  #tokens = 0
  #time = 0
  #tokensSquared = 0
  #tokensTime = 0
  #each: number | undefined
  /** Of a token's average cost, what is its own. */
  #own = 1

  /** @param first tokens of the first chunk, which nothing is known about yet */
  constructor(widest: number, first: number) {
    this.#widest = widest
    this.#proven = Math.max(1, Math.min(first, mostAtFirst, widest))
    this.#offered = this.#proven
  }

  /** Milliseconds that a further token adds to a step; undefined while none was computed. */
  get perToken(): number | undefined {
    return this.#each
  }

  /** Tokens for a step that should take `milliseconds`; at least one. */
  chunk(milliseconds: number): number {
    const each = this.#each
    if (each === undefined) return this.#proven
    const fixed = Math.max(0, this.#time - each * this.#tokens) / this.#weight
    const longest = (milliseconds * mostOverrun * this.#tokens) / this.#time
    const worthwhile = Math.min(fixed / each, longest)
    // The sums are rounded: what fits exactly must not fall short by one.
    const wanted = Math.floor(Math.max((milliseconds - fixed) / each, worthwhile) + 1e-6)
    this.#offered = Math.max(1, Math.min(wanted, this.#proven * 2, this.#widest))
    return this.#offered
  }

  /** A step that computed `prefill` prompt tokens and `decode` others took this long. */
  learn(prefill: number, decode: number, milliseconds: number): void {
    if (prefill === 0) return
    const tokens = prefill + decode
    this.#weight = this.#weight * forgetting + 1
    this.#tokens = this.#tokens * forgetting + tokens
    this.#time = this.#time * forgetting + milliseconds
    this.#tokensSquared = this.#tokensSquared * forgetting + tokens ** 2
    this.#tokensTime = this.#tokensTime * forgetting + tokens * milliseconds
    this.#each = this.#slope()
    // A prompt's few last tokens prove nothing about larger chunks.
    if (prefill * 2 >= this.#offered) this.#proven = prefill
  }

  /** Of the line through the measurements; where they are all of one size, as before. */
  #slope(): number {
    const tokens = this.#tokens / this.#weight
    const time = this.#time / this.#weight
    const spread = this.#tokensSquared / this.#weight - tokens ** 2
    const average = time / tokens
    if (spread > (leastSpread * tokens) ** 2) {
      const slope = (this.#tokensTime / this.#weight - tokens * time) / spread
      this.#own = Math.min(1, Math.max(slope / average, leastEach))
    }
    return average * this.#own
  }
}
