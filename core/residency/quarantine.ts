/** So many deaths of its runner within so many seconds, and a model is left alone. */
export interface CrashLimit {
  readonly count: number
  readonly seconds: number
}

/** The crashes (milliseconds of a clock that goes forward) that still count at `now`, oldest first. */
export function recentCrashes(times: readonly number[], now: number, limit: CrashLimit): number[] {
  return times.filter(time => now - time < limit.seconds * 1000)
}

/** Whether these crashes are too many. */
export function isTooMany(times: readonly number[], now: number, limit: CrashLimit): boolean {
  return recentCrashes(times, now, limit).length >= limit.count
}

/** Remembers each model's crashes, and those that are left alone until Impetus starts again. */
export class Quarantine {
  readonly #limit: () => CrashLimit
  readonly #now: () => number
  readonly #crashes = new Map<string, number[]>()
  readonly #reasons = new Map<string, string>()

  constructor(limit: () => CrashLimit, now: () => number) {
    this.#limit = limit
    this.#now = now
  }

  /** Counts a crash. Gives the reason for the quarantine when this one was too many. */
  crashed(modelId: string, reason: string): string | undefined {
    const now = this.#now()
    const limit = this.#limit()
    const times = recentCrashes([...(this.#crashes.get(modelId) ?? []), now], now, limit)
    this.#crashes.set(modelId, times)
    if (!isTooMany(times, now, limit)) return undefined
    const why = `it crashed ${times.length} times within ${limit.seconds} seconds, the last time because: ${reason}`
    this.#reasons.set(modelId, why)
    return why
  }

  reason(modelId: string): string | undefined {
    return this.#reasons.get(modelId)
  }

  entries(): Iterable<[modelId: string, reason: string]> {
    return this.#reasons
  }
}
