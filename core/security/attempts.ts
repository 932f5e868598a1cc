/** Counts failures per name (an address) within a window, and says when there were too many. */
export class Attempts {
  readonly #limit: number
  readonly #windowMilliseconds: number
  readonly #failures = new Map<string, number[]>()

  constructor(limit: number, windowMilliseconds: number) {
    this.#limit = limit
    this.#windowMilliseconds = windowMilliseconds
  }

  /** Notes a failure. Answers 0 while there may be more, else the seconds to wait. `now` in milliseconds. */
  fail(name: string, now: number): number {
    const wait = this.wait(name, now)
    if (wait > 0) return wait
    const recent = this.#recent(name, now)
    recent.push(now)
    // The names are addresses of this machine or its network; the bound is for IPv6, where one sender has many.
    this.#failures.delete(name)
    this.#failures.set(name, recent)
    if (this.#failures.size > mostNames) {
      const [oldest] = this.#failures.keys()
      if (oldest !== undefined) this.#failures.delete(oldest)
    }
    return 0
  }

  /** Seconds to wait until another attempt is looked at; 0 when it may come now. */
  wait(name: string, now: number): number {
    const recent = this.#recent(name, now)
    const [oldest] = recent
    if (oldest === undefined || recent.length < this.#limit) return 0
    return Math.max(1, Math.ceil((oldest + this.#windowMilliseconds - now) / 1000))
  }

  #recent(name: string, now: number): number[] {
    return (this.#failures.get(name) ?? []).filter(time => now - time < this.#windowMilliseconds)
  }
}

const mostNames = 1000
