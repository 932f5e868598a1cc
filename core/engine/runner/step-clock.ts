/**
 * Times steps. Where the processor computes them, what they cost is the time its threads had on it: a step that other
 * programs have held up must not look dear, or the next ones would be made narrower and dearer for it. A GPU tells only
 * by the clock.
 */
export class StepClock {
  readonly #threads: number | undefined
  #wall = 0
  #processor = 0

  /** @param threads that compute a step; undefined: a GPU does */
  constructor(threads: number | undefined) {
    this.#threads = threads
  }

  get onProcessor(): boolean {
    return this.#threads !== undefined
  }

  start(): void {
    this.#processor = this.#threads === undefined ? 0 : workersTime()
    this.#wall = performance.now()
  }

  /** Milliseconds that the step has cost. */
  stop(): number {
    const wall = performance.now() - this.#wall
    if (this.#threads === undefined) return wall
    return Math.min(wall, (workersTime() - this.#processor) / this.#threads)
  }
}

/** Processor time of all threads but the one that runs this, in milliseconds. */
function workersTime(): number {
  const all = process.cpuUsage()
  const own = process.threadCpuUsage()
  return (all.user + all.system - own.user - own.system) / 1000
}
