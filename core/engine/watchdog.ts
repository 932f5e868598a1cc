/** All in milliseconds. */
export interface WatchdogLimits {
  /** Between two heartbeats of the runner. */
  readonly heartbeat: number
  /** Without a sign of life, after which the runner counts as hung. */
  readonly silence: number
  /** A step may always take this long. */
  readonly step: number
  /** … or this many times the step before, where that is longer. */
  readonly stepFactor: number
}

export const defaultWatchdog: WatchdogLimits = {
  heartbeat: 5_000,
  silence: 15_000,
  step: 60_000,
  stepFactor: 20,
}

/** Why a step that has taken `step` so far must be given up; undefined while it need not. */
export function hungStep(step: number | null, lastStep: number, limits: WatchdogLimits): string | undefined {
  const limit = Math.max(limits.step, limits.stepFactor * lastStep)
  if (step === null || step <= limit) return undefined
  return `one step took over ${Math.round(limit / 1000)} s`
}

/**
 * Calls `onHang` once when a runner gives no sign of life for too long. A core that was itself stopped (the machine
 * slept) first waits for what the runner may have said meanwhile. Before its first sign of life a process is starting,
 * which on a busy machine takes longer than any heartbeat: then the default limit holds where the one given is shorter.
 */
export class Silence {
  readonly #limits: WatchdogLimits
  readonly #timer: NodeJS.Timeout
  #limit: number
  #silent = 0
  #looked = performance.now()

  constructor(limits: WatchdogLimits, onHang: (reason: string) => void) {
    this.#limits = limits
    this.#limit = Math.max(limits.silence, defaultWatchdog.silence)
    const interval = Math.max(10, limits.silence / 8)
    this.#timer = setInterval(() => {
      const now = performance.now()
      // A look that comes late says that this process was stopped, not that the runner was.
      this.#silent += Math.min(now - this.#looked, interval * 1.5)
      this.#looked = now
      if (this.#silent <= this.#limit) return
      this.stop()
      onHang(`it gave no sign of life for ${(this.#limit / 1000).toFixed(1)} s`)
    }, interval)
    this.#timer.unref()
  }

  heard(): void {
    this.#limit = this.#limits.silence
    this.#silent = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
