import { ImpetusError } from '../contract/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { Attempts } from './attempts.ts'
import type { Audit } from './audit.ts'
import { fingerprint, newSecret } from './secrets.ts'
import type { NewSession, Sessions } from './sessions.ts'

export interface SignInParts {
  readonly sessions: Sessions
  readonly audit: Audit
  readonly clock: Clock
}

const wrongCodes = 10
const wrongCodesMilliseconds = 60_000
const mostCodes = 50

/** One-time codes: whoever can read the core's terminal or open its socket may sign a browser in with one. */
export class SignIn {
  readonly #parts: SignInParts
  /** Fingerprint to the moment (`monotonic`) after which it is void. */
  readonly #codes = new Map<string, number>()
  readonly #wrong = new Attempts(wrongCodes, wrongCodesMilliseconds)

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  /** A code good for one use within `seconds`. */
  createCode(seconds: number): { code: string; expiresAt: number } {
    const { clock } = this.#parts
    const now = clock.monotonic()
    for (const [print, until] of this.#codes) if (until <= now) this.#codes.delete(print)
    const [oldest] = this.#codes.keys()
    if (oldest !== undefined && this.#codes.size >= mostCodes) this.#codes.delete(oldest)
    const code = newSecret()
    this.#codes.set(fingerprint(code), now + seconds * 1000)
    return { code, expiresAt: clock.now() + seconds * 1000 }
  }

  /**
   * Exchanges a code for a session.
   *
   * @throws ImpetusError `invalid_code`, or `sign_in_locked` after ten wrong ones within a minute, then for the right one too
   */
  exchange(code: string, from: { remote: string; client: string }): NewSession {
    const { sessions, audit, clock } = this.#parts
    const now = clock.monotonic()
    // One count for all senders: a code is one secret, however many addresses guess.
    const wait = this.#wrong.wait('', now)
    if (wait > 0) {
      audit.record('sign-in.refused', { remote: from.remote, reason: 'locked' })
      throw new ImpetusError(
        'sign_in_locked',
        `Too many wrong codes. Wait ${wait} s, then make a new one with "impetus open".`,
        { retryAfter: wait },
      )
    }
    const print = fingerprint(code)
    const until = this.#codes.get(print)
    this.#codes.delete(print)
    if (until === undefined || until <= now) {
      this.#wrong.fail('', now)
      audit.record('sign-in.refused', {
        remote: from.remote,
        reason: until === undefined ? 'unknown' : 'expired',
      })
      throw new ImpetusError(
        'invalid_code',
        'This sign-in link was used already or is too old. Make a new one with "impetus open".',
      )
    }
    const session = sessions.create(from.client.slice(0, 200))
    audit.record('sign-in.done', { remote: from.remote, session: session.id })
    return session
  }
}
