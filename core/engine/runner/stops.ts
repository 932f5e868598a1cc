export interface StopResult {
  /** Text that is certain not to belong to a stop text. */
  readonly text: string
  /** The stop text that was met; the answer ends before it. */
  readonly stop?: string
}

/** Finds stop texts in a stream, across the borders of its pieces, and holds back what may still become one. */
export class StopMatcher {
  readonly #stops: readonly string[]
  #held = ''

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter(stop => stop !== '')
  }

  push(piece: string): StopResult {
    if (this.#stops.length === 0) return { text: piece }
    const text = this.#held + piece
    let at = -1
    let met: string | undefined
    for (const stop of this.#stops) {
      const found = text.indexOf(stop)
      // Of two that begin at the same place the longer one: "</s" must not leave ">" behind after "</s>".
      if (found < 0 || (met !== undefined && (found > at || (found === at && stop.length <= met.length))))
        continue
      at = found
      met = stop
    }
    if (met !== undefined) {
      this.#held = ''
      return { text: text.slice(0, at), stop: met }
    }
    const keep = this.#possibleBeginning(text)
    this.#held = text.slice(text.length - keep)
    return { text: text.slice(0, text.length - keep) }
  }

  /** What was held back, once no more text can come. */
  flush(): string {
    const text = this.#held
    this.#held = ''
    return text
  }

  /** Length of the longest end of `text` that a stop text begins with. */
  #possibleBeginning(text: string): number {
    let longest = 0
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        if (stop.startsWith(text.slice(text.length - length))) longest = length
      }
    }
    return longest
  }
}
