/** The scripted engine's tokens: a word with the white space before it, so that joining them gives the text back. */
export function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

/** Hands out numbers to words in the order they are first seen. Grows with the texts seen: for tests only. */
export class Vocabulary {
  readonly #numbers = new Map<string, number>()
  readonly #words: string[] = []

  get size(): number {
    return this.#words.length
  }

  encode(text: string): number[] {
    return words(text).map(word => {
      const known = this.#numbers.get(word)
      if (known !== undefined) return known
      this.#numbers.set(word, this.#words.length)
      return this.#words.push(word) - 1
    })
  }

  /** Numbers never handed out have no text. */
  decode(tokens: readonly number[]): string {
    return tokens.map(token => this.#words[token] ?? '').join('')
  }
}
