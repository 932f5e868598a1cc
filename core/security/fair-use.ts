import { ImpetusError } from '../contract/errors.ts'
import { isLoopback, type Settings } from '../contract/settings.ts'
import type { Principal } from '../http/env.ts'
import type { Clock } from '../platform/clock.ts'

/** What one caller has used. */
interface Use {
  running: number
  /** Requests that may still come at once; it fills again with time. */
  left: number
  /** When `left` was counted, in the clock's milliseconds. */
  at: number
}

/** Callers that are remembered; an idle one that is forgotten begins anew with a full allowance. */
const mostCallers = 10_000

export interface FairUseParts {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly settings: () => Settings['server']['fairUse']
  /** Told of each request that is not let in. */
  readonly onLimit?: (principal: Principal, remote: string) => void
}

/** Keeps one key from taking the machine for itself: so many requests at the same time, and so many a minute. */
export class FairUse {
  readonly #parts: FairUseParts
  readonly #uses = new Map<string, Use>()

  constructor(parts: FairUseParts) {
    this.#parts = parts
  }

  /**
   * Lets a request to the models in; dispose what it returns when the request is over.
   *
   * @param remote the client's address
   * @throws `rate_limited`, with the time after which a retry makes sense
   */
  readonly admit = (principal: Principal, remote: string): Disposable => {
    const { thisMachine, requestsPerMinute, concurrent } = this.#parts.settings()
    const here = isLoopback(remote.replace(/^::ffff:/, '')) || remote === ''
    if (principal.kind === 'socket' || (here && !thisMachine)) return unlimited
    const use = this.#use(callerOf(principal, remote), requestsPerMinute)
    if (concurrent !== null && use.running >= concurrent) {
      this.#parts.onLimit?.(principal, remote)
      const running = `${use.running} ${use.running === 1 ? 'request' : 'requests'}`
      throw refusal(`${running} of this key are being answered, and it may have no more at a time`, 1)
    }
    if (requestsPerMinute !== null && use.left < 1) {
      this.#parts.onLimit?.(principal, remote)
      const wait = Math.ceil(((1 - use.left) * 60) / requestsPerMinute)
      throw refusal(`This key may send ${requestsPerMinute} requests a minute`, wait)
    }
    use.left -= 1
    use.running += 1
    let over = false
    return {
      [Symbol.dispose]: () => {
        if (!over) use.running -= 1
        over = true
      },
    }
  }

  #use(caller: string, perMinute: number | null): Use {
    const now = this.#parts.clock.monotonic()
    const use = this.#uses.get(caller) ?? { running: 0, left: Infinity, at: now }
    use.left = perMinute === null ? Infinity : refilled(use, now, perMinute)
    use.at = now
    // Those used last are at the end; the first idle one has to go.
    this.#uses.delete(caller)
    this.#uses.set(caller, use)
    if (this.#uses.size > mostCallers) {
      const idle = this.#uses.entries().find(([, { running }]) => running === 0)
      if (idle !== undefined) this.#uses.delete(idle[0])
    }
    return use
  }
}

function refilled({ left, at }: Use, now: number, perMinute: number): number {
  return Math.min(perMinute, left + ((now - at) / 60_000) * perMinute)
}

const unlimited: Disposable = { [Symbol.dispose]: () => undefined }

function callerOf({ keyId, sessionId }: Principal, remote: string): string {
  return keyId ?? sessionId ?? remote
}

function refusal(why: string, seconds: number): ImpetusError {
  return new ImpetusError(
    'rate_limited',
    `${why}. Wait ${seconds} s, or raise server.fairUse in the settings.`,
    {
      retryAfter: seconds,
    },
  )
}
