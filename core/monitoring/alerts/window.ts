/** Counts what happened within the last so many milliseconds. Bounded: more than `most` at once are as bad as `most`. */
export class Window {
  readonly #span: number
  readonly #most: number
  #times: number[] = []

  constructor(span: number, most = 100_000) {
    this.#span = span
    this.#most = most
  }

  add(time: number): void {
    this.#times.push(time)
    if (this.#times.length > this.#most) this.#times.shift()
  }

  count(now: number): number {
    const old = this.#times.findIndex(time => now - time < this.#span)
    if (old === -1) this.#times = []
    else if (old > 0) this.#times.splice(0, old)
    return this.#times.length
  }
}
