/** Time, handed in so that tests can turn it. */
export interface Clock {
  /** Milliseconds since 1970, for what people and files see. Can jump. */
  now(): number
  /** Milliseconds since some start, for measuring. Never goes back. */
  monotonic(): number
  /** Calls back once after `milliseconds`, unless the returned function is called before. Does not keep the process alive. */
  after(milliseconds: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
