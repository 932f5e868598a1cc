import type { Clock } from '../../platform/clock.ts'
import { wait } from './wait.ts'

/** A connection may run this far ahead: shorter waits cost more than they even out. */
const slackMilliseconds = 50

/** One limit for all transfers together, read anew for every chunk so that a change is felt at once. */
export class Bandwidth {
  readonly #limit: () => number | null
  readonly #clock: Clock
  /** When everything taken so far would have arrived at the limit. */
  #paidUntil = 0

  constructor(limit: () => number | null, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
  }

  /** Waits until `bytes` more are within the limit. Answers whether it had to. */
  async take(bytes: number, signal: AbortSignal): Promise<boolean> {
    const limit = this.#limit()
    if (limit === null) return false
    const now = this.#clock.monotonic()
    this.#paidUntil = Math.max(this.#paidUntil, now) + (bytes / limit) * 1000
    const ahead = this.#paidUntil - now
    if (ahead <= slackMilliseconds) return false
    await wait(this.#clock, ahead, signal)
    return true
  }
}
