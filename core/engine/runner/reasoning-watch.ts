import type { ReasoningSpan } from '../engine.ts'

/** Follows an answer's text and tells when the model thinks aloud, and for how long. Pure: it decides nothing. */
export class ReasoningWatch {
  readonly #span: ReasoningSpan
  #inside: boolean
  #closed = false
  #tokens = 0
  /** The end of the text so far, as far as a mark may begin in it. */
  #tail = ''

  constructor(span: ReasoningSpan) {
    this.#span = span
    this.#inside = span.openInPrompt
  }

  get inside(): boolean {
    return this.#inside
  }

  /** Tokens of reasoning so far, its marks included. */
  get tokens(): number {
    return this.#tokens
  }

  /** Whether the model has thought for as long as it may. */
  get spent(): boolean {
    return this.#inside && this.#tokens >= (this.#span.budgetTokens ?? Number.POSITIVE_INFINITY)
  }

  /** Takes in the text of one token, special tokens included as they are spelt. */
  push(text: string): void {
    if (this.#closed) return
    const wasInside = this.#inside
    const all = this.#tail + text
    const mark = this.#inside ? this.#span.close : this.#span.open
    const at = all.indexOf(mark)
    this.#tail = at >= 0 ? '' : all.slice(Math.max(0, all.length - mark.length + 1))
    if (at >= 0 && this.#inside) {
      this.#inside = false
      // A model thinks once, before it answers: what looks like a mark later is part of the answer.
      this.#closed = true
    } else if (at >= 0) {
      this.#inside = true
      this.#tokens = 0
    }
    if (wasInside || this.#inside) this.#tokens++
  }
}
