/** Of the time, what those who decode get while a prompt is computed beside them. */
const decoding = 0.29

/**
 * Divides time between prompts and those who decode. Each chunk of a prompt makes a debt, which steps of decoding pay
 * off: so a stream keeps more than a quarter of its speed however long the prompt beside it, and the prompt some two thirds
 * of its own. In one step with a prompt, a stream would get one token a chunk: a tenth of its speed.
 */
export class Share {
  #owed = 0

  /** Whether those who decode come next. */
  get owes(): boolean {
    return this.#owed > 0
  }

  /** A step with prompt tokens took so long. */
  prefilled(milliseconds: number): void {
    const part = (milliseconds * decoding) / (1 - decoding)
    // What was not owed for long is forgotten: after a pause nobody has a claim on the past.
    this.#owed = Math.min(Math.max(this.#owed, -part) + part, 2 * part)
  }

  decoded(milliseconds: number): void {
    this.#owed -= milliseconds
  }

  /** Only one kind of work is there. */
  settle(): void {
    this.#owed = 0
  }
}
