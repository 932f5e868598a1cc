/** Lets `burst` events through at once and `perSecond` on average, and counts those it holds back. */
export class Budget {
  readonly #burst: number
  readonly #perSecond: number
  #tokens: number
  #filledAt: number | undefined
  #suppressed = 0

  constructor(burst: number, perSecond: number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#tokens = burst
  }

  /** `null`: hold it back. Else how many were held back since the last one that passed. `now` in milliseconds. */
  take(now: number): { suppressed: number } | null {
    const elapsed = now - (this.#filledAt ?? now)
    this.#filledAt = now
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsed / 1000) * this.#perSecond)
    if (this.#tokens < 1) {
      this.#suppressed++
      return null
    }
    this.#tokens--
    const suppressed = this.#suppressed
    this.#suppressed = 0
    return { suppressed }
  }
}
