import { figureNames, type MonitoringSample } from '../contract/monitoring.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { StoredRequest } from './history/store.ts'

/** A clock that stands still until it is told to go on; then it calls back what has come due, in order. */
export class HandClock implements Clock {
  #now: number
  readonly #timers = new Set<{ at: number; callback: () => void }>()

  constructor(now = 1_800_000_000_000) {
    this.#now = now
  }

  readonly now = (): number => this.#now
  readonly monotonic = (): number => this.#now

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  go(milliseconds: number): void {
    const until = this.#now + milliseconds
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
    }
    this.#now = until
  }
}

export const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
}

/** A sample in which nothing is known but what is given. */
export function sampleAt(time: number, known: Partial<MonitoringSample> = {}): MonitoringSample {
  const nothing = Object.fromEntries(figureNames.map(name => [name, null])) as Omit<
    MonitoringSample,
    'time' | 'seconds'
  >
  return { ...nothing, time, seconds: 1, ...known }
}

let count = 0

/** A request that was answered, of 100 tokens in a second. */
export function requestAt(time: number, given: Partial<StoredRequest> = {}): StoredRequest {
  return {
    id: `r${count++}`,
    time,
    model: 'm',
    client: 'editor/1',
    state: 'finished',
    promptTokens: 1000,
    cachedTokens: 0,
    completionTokens: 100,
    prefill: 500,
    decode: 1000,
    cause: null,
    ...given,
  }
}
