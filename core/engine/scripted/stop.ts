/**
 * Lets text through until a stop text appears, holding back what could be its beginning.
 * The stop text itself never comes out, however it is split over the pieces.
 */
export class StopFilter {
  readonly #stops: readonly string[]
  #held = ''

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter(stop => stop !== '')
  }

  push(text: string): { text: string; stop?: string } {
    this.#held += text
    let end = -1
    let found: string | undefined
    for (const stop of this.#stops) {
      const at = this.#held.indexOf(stop)
      if (at !== -1 && (end === -1 || at < end)) {
        end = at
        found = stop
      }
    }
    if (found !== undefined) return { text: this.#held.slice(0, end), stop: found }
    const keep = this.#heldLength()
    const out = this.#held.slice(0, this.#held.length - keep)
    this.#held = this.#held.slice(this.#held.length - keep)
    return { text: out }
  }

  /** What was held back and turned out to be plain text. */
  flush(): string {
    const rest = this.#held
    this.#held = ''
    return rest
  }

  #heldLength(): number {
    let longest = 0
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length--) {
        if (stop.startsWith(this.#held.slice(this.#held.length - length))) {
          longest = length
          break
        }
      }
    }
    return longest
  }
}
