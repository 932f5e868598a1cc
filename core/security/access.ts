import { ImpetusError } from '../contract/errors.ts'
import { keyPattern } from '../contract/keys.ts'
import { csrfHeader } from '../contract/sign-in.ts'
import type { GrantedScope, Principal } from '../http/env.ts'
import type { Credentials } from '../http/frame.ts'
import type { Clock } from '../platform/clock.ts'
import { Attempts } from './attempts.ts'
import type { Audit } from './audit.ts'
import { readCookie } from './cookie.ts'
import type { KeyCheck, Keys } from './keys.ts'
import type { Sessions } from './sessions.ts'

export interface AccessParts {
  readonly keys: Keys
  readonly sessions: Sessions
  readonly audit: Audit
  readonly clock: Clock
  readonly requireKey: () => boolean
  /** The port in the name of the session cookie: browsers share cookies between ports. */
  readonly port: () => number
}

const nothing: ReadonlySet<GrantedScope> = new Set()
const inference: ReadonlySet<GrantedScope> = new Set(['inference'])
const everything: ReadonlySet<GrantedScope> = new Set(['inference', 'admin'])

const badKeys = 50
const badKeysMilliseconds = 60_000
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Finds out who asks. */
export class Access {
  readonly #parts: AccessParts
  readonly #bad = new Attempts(badKeys, badKeysMilliseconds)

  constructor(parts: AccessParts) {
    this.#parts = parts
  }

  /**
   * The socket's file permission is its key. On TCP a key that was sent counts before a cookie. Where no key is
   * required any dummy may stand in its place, because many clients cannot send none; a key in our form that is not
   * good is refused even there.
   */
  readonly identify = (credentials: Credentials): Principal => {
    if (credentials.transport === 'socket') return { kind: 'socket', scopes: everything, name: null }
    const sent = sentKey(credentials)
    if (sent !== undefined && (this.#parts.requireKey() || keyPattern.test(sent))) {
      return this.#byKey(sent, credentials.remote)
    }
    return this.#bySession(credentials) ?? this.#anonymous()
  }

  #anonymous(): Principal {
    return { kind: 'anonymous', scopes: this.#parts.requireKey() ? nothing : inference, name: null }
  }

  #byKey(sent: string, remote: string): Principal {
    const { keys, clock } = this.#parts
    const check = keys.check(sent)
    if (check.kind === 'good') {
      const { id, name } = check
      const scopes = this.#parts.requireKey() ? check.scopes : check.scopes.union(inference)
      return { kind: 'key', scopes, name, keyId: id }
    }
    const wait = this.#bad.fail(remote, clock.monotonic())
    this.#parts.audit.record('key.refused', { remote, reason: wait > 0 ? 'too many' : check.kind })
    const refusal =
      wait > 0
        ? new ImpetusError('rate_limited', `Too many bad keys. Wait ${wait} s.`, { retryAfter: wait })
        : new ImpetusError('invalid_api_key', badKeyWords[check.kind])
    return { kind: 'anonymous', scopes: nothing, name: null, refusal }
  }

  #bySession({ method, header }: Credentials): Principal | null {
    const token = readCookie(header('cookie'), sessionCookieName(this.#parts.port()))
    const session = token === undefined ? null : this.#parts.sessions.find(token)
    if (session === null) return null
    const principal: Principal = { kind: 'session', scopes: everything, name: null, sessionId: session.id }
    if (safeMethods.has(method) || header(csrfHeader) === session.csrfToken) return principal
    const refusal = new ImpetusError(
      'csrf_token_missing',
      `A page's request that changes something needs the header ${csrfHeader}. Reload the page.`,
    )
    return { ...principal, scopes: nothing, refusal }
  }
}

const badKeyWords: Record<Exclude<KeyCheck['kind'], 'good'>, string> = {
  unknown:
    'This API key is not known here. List the keys with "impetus keys", or make one with "impetus keys create".',
  expired: 'This API key has expired. Make a new one with "impetus keys create".',
  revoked: 'This API key was revoked. Make a new one with "impetus keys create".',
}

/** `Authorization: Bearer` and `x-api-key` count alike; with both, the one in our form. Anything else in Authorization is a bad key. */
function sentKey({ header }: Credentials): string | undefined {
  const authorization = header('authorization')
  const bearer =
    authorization === undefined ? undefined : (/^Bearer +(.*)$/i.exec(authorization)?.[1] ?? authorization)
  const candidates = [bearer?.trim(), header('x-api-key')?.trim()].filter(
    sent => sent !== undefined && sent !== '',
  )
  return candidates.find(sent => keyPattern.test(sent ?? '')) ?? candidates[0]
}

export function sessionCookieName(port: number): string {
  return `impetus_session_${port}`
}
