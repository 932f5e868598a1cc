import type { HistoryEvent, MonitoringSample } from '../../contract/monitoring.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { HistoryStore, StoredRequest } from './store.ts'
import { merged, mergedUpTo, stepFor, tiers } from './thinning.ts'

export interface HistoryParts {
  readonly store: HistoryStore
  readonly clock: Clock
  readonly log: Log
}

/** What is new waits so long for company: one transaction for all of it. A core that is killed loses no more. */
const gatherMilliseconds = 10_000
const thinMilliseconds = 60_000
/** Requests and events are kept for 30 days, and no more than this many of each. */
const keepMilliseconds = 30 * 24 * 3600 * 1000
const mostKept = 50_000
/** While the disk is full or the database busy. */
const mostWaiting = 2000

const [finest] = tiers

type Entry =
  | { readonly kind: 'sample'; readonly value: MonitoringSample }
  | { readonly kind: 'request'; readonly value: StoredRequest }
  | { readonly kind: 'event'; readonly value: HistoryEvent }

/** What was measured and what happened, written together every ten seconds and thinned with age. */
export class History {
  readonly #parts: HistoryParts
  #waiting: Entry[] = []
  #stopTimer: (() => void) | undefined
  #thinnedAt = Number.NEGATIVE_INFINITY
  #isFailing = false

  constructor(parts: HistoryParts) {
    this.#parts = parts
  }

  start(): void {
    this.#parts.store.start()
  }

  /** Writes what waits. */
  stop(): void {
    this.#stopTimer?.()
    this.#flush()
  }

  addSample(value: MonitoringSample): void {
    this.#add({ kind: 'sample', value })
  }

  addRequest(value: StoredRequest): void {
    this.#add({ kind: 'request', value })
  }

  addEvent(value: HistoryEvent): void {
    this.#add({ kind: 'event', value })
  }

  /** In steps of a clock, at most `points` of them, the oldest first. `step` in milliseconds. */
  samples(from: number, to: number, points: number): { step: number; samples: MonitoringSample[] } {
    this.#flush()
    const step = stepFor(Math.max(1, to - from), points)
    return { step, samples: this.#parts.store.mergedSamples(from, to, step) }
  }

  /** The newest first. */
  requests(from: number, limit: number): StoredRequest[] {
    this.#flush()
    return this.#parts.store.requests(from, limit)
  }

  /** The newest first. */
  events(from: number, to: number, limit: number): HistoryEvent[] {
    this.#flush()
    return this.#parts.store.events(from, to, limit)
  }

  #add(entry: Entry): void {
    this.#waiting.push(entry)
    if (this.#waiting.length > mostWaiting) this.#waiting.shift()
    this.#stopTimer ??= this.#parts.clock.after(gatherMilliseconds, () => this.#flush())
  }

  /** Never throws: a full disk must not hurt who only wanted to be counted. What could not be written is tried again. */
  #flush(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    if (this.#waiting.length === 0) return
    const { store, clock, log } = this.#parts
    try {
      store.transaction(() => {
        for (const entry of this.#waiting) write(store, entry)
        this.#thin(clock.now())
      })
      this.#waiting = []
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) log.error('The history cannot be written', error)
      this.#isFailing = true
    }
  }

  #thin(now: number): void {
    if (now - this.#thinnedAt < thinMilliseconds && now >= this.#thinnedAt) return
    this.#thinnedAt = now
    const { store } = this.#parts
    for (const [place, tier] of tiers.entries()) {
      const next = tiers[place + 1]
      const to = next === undefined ? now - tier.keep : mergedUpTo(now, tier, next)
      if (next !== undefined) {
        for (const sample of merged(store.samplesOf(tier.step, to), next.step))
          store.addSample(next.step, sample)
      }
      store.removeSamples(tier.step, to)
    }
    store.removeOld(now - keepMilliseconds, mostKept)
  }
}

function write(store: HistoryStore, entry: Entry): void {
  if (entry.kind === 'sample') store.addSample(finest?.step ?? 0, entry.value)
  else if (entry.kind === 'request') store.addRequest(entry.value)
  else store.addEvent(entry.value)
}
