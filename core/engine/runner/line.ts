/** What a measurement counts for when the next one comes. */
const forgetting = 0.85
/** Chunks that differ by less than this share of their size do not tell the cost of a token from that of a step. */
const leastSpread = 0.1
/** Of what a token costs on average, the least that a further one is believed to cost. */
const leastEach = 0.25
/** How much longer than it should a step may take for the sake of a larger chunk. */
export const mostOverrun = 2.5

/** The line through the last steps' costs: what a step costs whatever its width, and what each token adds. */
export class Line {
  #weight = 0
  #tokens = 0
  #time = 0
  #tokensSquared = 0
  #tokensTime = 0
  #each = 0
  /** Of a token's average cost, what is its own. */
  #own = 1

  get known(): boolean {
    return this.#weight > 0
  }

  /** Milliseconds of a token on average, its part of what the step costs anyway included. */
  get perToken(): number {
    return this.#time / this.#tokens
  }

  learn(tokens: number, milliseconds: number): void {
    this.#weight = this.#weight * forgetting + 1
    this.#tokens = this.#tokens * forgetting + tokens
    this.#time = this.#time * forgetting + milliseconds
    this.#tokensSquared = this.#tokensSquared * forgetting + tokens ** 2
    this.#tokensTime = this.#tokensTime * forgetting + tokens * milliseconds
    this.#each = this.#slope()
  }

  /** Milliseconds that a step of so many tokens will take. */
  time(tokens: number): number {
    return this.#fixed + this.#each * tokens
  }

  /**
   * Tokens for a step that should take `milliseconds`. However little that is, no more than half of the time goes into
   * what the step costs anyway: smaller chunks would look ever dearer for each token, and become ever smaller.
   */
  tokens(milliseconds: number): number {
    const longest = (milliseconds * mostOverrun * this.#tokens) / this.#time
    const worthwhile = Math.min(this.#fixed / this.#each, longest)
    // The sums are rounded: what fits exactly must not fall short by one.
    return Math.floor(Math.max((milliseconds - this.#fixed) / this.#each, worthwhile) + 1e-6)
  }

  get #fixed(): number {
    return Math.max(0, this.#time - this.#each * this.#tokens) / this.#weight
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
