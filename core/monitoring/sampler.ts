import type { MonitoringSample } from '../contract/monitoring.ts'
import type { Clock } from '../platform/clock.ts'

export interface SamplerParts {
  readonly clock: Clock
  /** Somebody looks at the figures now. */
  readonly isWatched: () => boolean
  /** Something is computed now. */
  readonly isBusy: () => boolean
  /** The figures of the time since the last call. Must not wait for anything. */
  readonly read: (seconds: number) => MonitoringSample
  /** Asks for what takes longer; its answer is in a later sample. */
  readonly lookDeeper: () => void
  readonly take: (sample: MonitoringSample) => void
}

const liveMilliseconds = 1000
/** Three looks a minute cost a core that nobody needs less than 0.01 % of a processor. */
const calmMilliseconds = 20_000
/** The first sample for somebody who has just come. */
const soonMilliseconds = 250
/** A request that lasts shorter is not worth starting other programs for. */
const busyBeforeDeeper = 3000
/** Figures go down to nothing before the eyes of whoever looks. */
const busyHolds = 5000

/** Once a second while somebody looks or something runs, else three times a minute. */
export class Sampler {
  readonly #parts: SamplerParts
  #stopTimer: (() => void) | undefined
  #isCalm = true
  #running = false
  #takenAt = 0
  #busySince: number | undefined
  #busyUntil = Number.NEGATIVE_INFINITY

  constructor(parts: SamplerParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = true
    this.#takenAt = this.#parts.clock.monotonic()
    this.#wait(liveMilliseconds)
  }

  stop(): void {
    this.#running = false
    this.#stopTimer?.()
  }

  /** Something has begun, or somebody has come: looks whether it is calm still. */
  readonly wake = (): void => {
    if (!this.#running || !this.#isCalm) return
    const { isWatched, isBusy } = this.#parts
    if (isWatched()) this.#wait(soonMilliseconds)
    else if (isBusy()) this.#wait(liveMilliseconds)
  }

  #wait(milliseconds: number): void {
    this.#stopTimer?.()
    this.#isCalm = milliseconds === calmMilliseconds
    this.#stopTimer = this.#parts.clock.after(milliseconds, () => this.#tick())
  }

  #tick(): void {
    const { clock, isWatched, isBusy, read, take, lookDeeper } = this.#parts
    const now = clock.monotonic()
    const isLive = this.#isLive(now, isBusy())
    const isLongBusy = this.#busySince !== undefined && now - this.#busySince >= busyBeforeDeeper
    if (isWatched() || isLongBusy) lookDeeper()
    // A machine that slept tells nothing of the time between.
    const seconds = Math.min(now - this.#takenAt, 2 * calmMilliseconds) / 1000
    this.#takenAt = now
    take(read(seconds))
    if (this.#running) this.#wait(isLive || isWatched() ? liveMilliseconds : calmMilliseconds)
  }

  #isLive(now: number, isBusy: boolean): boolean {
    if (isBusy) {
      this.#busySince ??= now
      this.#busyUntil = now + busyHolds
    } else this.#busySince = undefined
    return now < this.#busyUntil
  }
}
