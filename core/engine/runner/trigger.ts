/** Finds one of several texts in the newest tokens of an answer, and says in which token it begins. */
export class TriggerWatch {
  readonly #triggers: readonly string[]
  readonly #longest: number
  #tail: { readonly token: number; readonly text: string }[] = []

  constructor(triggers: readonly string[]) {
    this.#triggers = triggers.filter(trigger => trigger !== '')
    this.#longest = Math.max(0, ...this.#triggers.map(trigger => trigger.length))
  }

  /** @returns the tokens from the one in which a trigger begins, once one has come up */
  push(token: number, text: string): readonly number[] | undefined {
    this.#tail.push({ token, text })
    const all = this.#tail.map(part => part.text).join('')
    const places = this.#triggers.map(trigger => all.indexOf(trigger)).filter(at => at >= 0)
    if (places.length > 0) return this.#from(Math.min(...places))
    this.#forget(all.length)
    return undefined
  }

  /** Begins anew: what was said before is not looked at. */
  reset(): void {
    this.#tail = []
  }

  #from(place: number): readonly number[] {
    let end = 0
    const first = this.#tail.findIndex(({ text }) => {
      end += text.length
      return end > place
    })
    return this.#tail.slice(first).map(({ token }) => token)
  }

  /** Drops tokens in whose text no trigger can begin any more. */
  #forget(length: number): void {
    let rest = length
    while (this.#tail.length > 0) {
      rest -= this.#tail[0]!.text.length
      if (rest < this.#longest - 1) return
      this.#tail.shift()
    }
  }
}
