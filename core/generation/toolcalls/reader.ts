/**
 * Text that arrives in pieces, read as if all of it were there. A parser is a generator: wherever it needs a character
 * that has not come yet, it yields, and goes on from there when there is more. Its decisions depend on characters only,
 * never on where a piece ended.
 */
export type Step<Result> = Generator<void, Result, void>

export class Reader {
  #text = ''
  #at = 0
  #ended = false
  /** Whether the parser has looked past the last character. */
  #sawEnd = false
  /** Characters dropped from the front so far. */
  #dropped = 0

  feed(piece: string): void {
    this.#text += piece
  }

  /** No more will come. */
  finish(): void {
    this.#ended = true
  }

  /** Offset of the next character in the whole text; `reset` goes back to one. */
  get position(): number {
    return this.#dropped + this.#at
  }

  reset(position: number): void {
    this.#at = position - this.#dropped
  }

  /** Lets go of all that has been read: no `reset` before this point. */
  forget(): void {
    if (this.#at < 4096) return
    this.#dropped += this.#at
    this.#text = this.#text.slice(this.#at)
    this.#at = 0
  }

  /** What has been read since `position`. */
  since(position: number): string {
    return this.#text.slice(position - this.#dropped, this.#at)
  }

  /**
   * Back to `position`, from where on a call does not fit: that is text. But when it was the end that made it not fit,
   * what is left is half a mark, key or number, which would only puzzle; then it is left out.
   */
  giveUp(position: number): void {
    if (this.#sawEnd) this.#at = this.#text.length
    else this.reset(position)
  }

  /** The next character (a UTF-16 unit); undefined at the end. */
  *peek(): Step<string | undefined> {
    while (this.#at >= this.#text.length) {
      if (this.#ended) {
        this.#sawEnd = true
        return undefined
      }
      yield
    }
    return this.#text[this.#at]
  }

  *next(): Step<string | undefined> {
    const character = yield* this.peek()
    if (character !== undefined) this.#at += 1
    return character
  }

  /** Whether this text comes next; reads it if so. */
  *literal(text: string): Step<boolean> {
    const start = this.position
    for (const expected of text) {
      for (const unit of expected) {
        if ((yield* this.next()) === unit) continue
        this.reset(start)
        return false
      }
    }
    return true
  }

  /** Whether one of these texts comes next, tried in order; reads it if so. */
  *oneOf(texts: readonly string[]): Step<string | undefined> {
    for (const text of texts) if (yield* this.literal(text)) return text
    return undefined
  }

  /** Reads white space. */
  *space(): Step<string> {
    return yield* this.while(character => /\s/.test(character))
  }

  *while(belongs: (character: string) => boolean): Step<string> {
    const start = this.position
    for (let next = yield* this.peek(); next !== undefined && belongs(next); next = yield* this.peek())
      this.#at += 1
    return this.since(start)
  }

  /**
   * The longest run, of what is there by now, without any of these characters; one of them or the end comes next, or
   * nothing is known yet. Waits for at least one character.
   */
  *run(without: ReadonlySet<string>): Step<string> {
    if ((yield* this.peek()) === undefined) return ''
    const start = this.#at
    while (this.#at < this.#text.length && !without.has(this.#text[this.#at]!)) this.#at += 1
    return this.#text.slice(start, this.#at)
  }

  /**
   * Reads up to one of the texts and past it, handing on what comes before. Returns the text that was met, or undefined
   * at the end. Of texts that begin alike the longer must come first.
   */
  *until(texts: readonly string[], onText: (text: string) => void): Step<string | undefined> {
    const starts = new Set(texts.map(text => text[0]!))
    for (;;) {
      const run = yield* this.run(starts)
      if (run !== '') onText(run)
      if ((yield* this.peek()) === undefined) return undefined
      const met = yield* this.oneOf(texts)
      if (met !== undefined) return met
      const next = yield* this.peek()
      if (next === undefined) return undefined
      if (!starts.has(next)) continue
      this.#at += 1
      onText(next)
    }
  }
}
