/** Long enough to be steady, short enough to follow a change. */
const windowMilliseconds = 5000
/** Before this the figure would jump about. */
const leastMilliseconds = 500

/** How fast a download is, from how much was there when. */
export class Speed {
  #samples: { readonly time: number; readonly done: number }[] = []

  /** @param time milliseconds of a clock that never goes back */
  sample(time: number, done: number): void {
    const last = this.#samples.at(-1)
    // It began anew: what came before says nothing of what is to come.
    if (last !== undefined && done < last.done) this.#samples = []
    this.#samples.push({ time, done })
    const oldest = this.#samples.findLastIndex(sample => time - sample.time >= windowMilliseconds)
    if (oldest > 0) this.#samples.splice(0, oldest)
  }

  /** Null until there is enough to tell. */
  get bytesPerSecond(): number | null {
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.time - first.time < leastMilliseconds) return null
    return ((last.done - first.done) / (last.time - first.time)) * 1000
  }

  reset(): void {
    this.#samples = []
  }
}

/** Null while nothing comes: "forever" is not a time. */
export function secondsLeft(left: number, bytesPerSecond: number | null): number | null {
  return bytesPerSecond === null || bytesPerSecond < 1 ? null : left / bytesPerSecond
}
