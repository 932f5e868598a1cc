/**
 * Values on their way from the runner's frames to one reader. Bounded by what is put in: an answer is no longer than
 * its context, and a reader that stops reading is cut off by the HTTP room.
 */
export class DeltaQueue<T> {
  #values: T[] = []
  #failure: { readonly error: unknown } | undefined
  #waiting: { resolve: (value: T) => void; reject: (error: unknown) => void } | undefined

  put(value: T): void {
    const waiting = this.#waiting
    if (waiting === undefined) this.#values.push(value)
    else {
      this.#waiting = undefined
      waiting.resolve(value)
    }
  }

  /** What was put in before is still read first; of several failures the first counts. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#waiting?.reject(this.#failure.error)
    this.#waiting = undefined
  }

  /** Fails at once, without what was put in before: nobody wants it any more. */
  abort(error: unknown): void {
    this.#values = []
    this.fail(error)
  }

  /** The next value. One reader at a time. */
  take(): Promise<T> {
    const value = this.#values.shift()
    if (value !== undefined) return Promise.resolve(value)
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }))
  }
}
