import type { Hono } from 'hono'
import { readAudit } from '../contract/audit.ts'
import type { ResponseOf } from '../contract/endpoint.ts'
import { ImpetusError } from '../contract/errors.ts'
import { createKey, listKeys, revokeKey } from '../contract/keys.ts'
import { createSignInCode, listSessions, revokeSession, signIn, whoAmI } from '../contract/sign-in.ts'
import { type Env, incomingOf } from '../http/env.ts'
import type { LiveRequests } from '../http/live.ts'
import { serve } from '../http/serve.ts'
import type { Clock } from '../platform/clock.ts'
import { sessionCookieName } from './access.ts'
import type { Audit } from './audit.ts'
import { readCookie, sessionCookie } from './cookie.ts'
import type { Keys } from './keys.ts'
import { csrfToken, type Sessions } from './sessions.ts'
import type { SignIn } from './sign-in.ts'

export interface SecurityRoutesParts {
  readonly keys: Keys
  readonly sessions: Sessions
  readonly signIn: SignIn
  readonly audit: Audit
  readonly live: LiveRequests
  readonly clock: Clock
  /** Where a browser on this machine finds us: `http://127.0.0.1:4673`. */
  readonly address: () => string
  readonly port: () => number
}

/** Codes from `impetus open` and the menu bar; the link printed at start lasts longer. */
const codeSeconds = 60
const dayMilliseconds = 86_400_000

/** A code for a browser on this machine, and the page that takes it. */
export function browserCode({
  signIn,
  address,
}: Pick<SecurityRoutesParts, 'signIn' | 'address'>): ResponseOf<typeof createSignInCode> {
  const { code, expiresAt } = signIn.createCode(codeSeconds)
  return { code, url: `${address()}/#code=${code}`, expiresAt }
}

/** Mounts keys, sessions, sign-in and the audit log. */
export function securityRoutes(app: Hono<Env>, parts: SecurityRoutesParts): void {
  keyRoutes(app, parts)
  sessionRoutes(app, parts)
  serve(app, readAudit, async ({ query }) => ({ entries: await parts.audit.latest(query.limit) }))
}

function keyRoutes(app: Hono<Env>, { keys, live, audit, clock }: SecurityRoutesParts): void {
  serve(app, listKeys, () => ({ keys: keys.list() }))

  serve(app, createKey, async ({ body, context }) => {
    const days = body.expiresInDays
    const expiresAt = days === null ? null : clock.now() + Math.round(days * dayMilliseconds)
    const made = keys.create({ name: body.name, scopes: body.scopes, expiresAt })
    audit.record('key.created', {
      key: made.info.id,
      name: made.info.name,
      scopes: made.info.scopes.join(' '),
      requestId: context.get('requestId'),
    })
    await keys.backUp()
    return made
  })

  serve(app, revokeKey, async ({ params, context }) => {
    const id = params.id ?? ''
    const name = keys.revoke(id)
    if (name === null)
      throw new ImpetusError('not_found', 'There is no key with this id. List them with GET /api/keys.')
    const requestsEnded = live.abort(
      request => request.principal.keyId === id,
      new ImpetusError('invalid_api_key', 'The key of this request was revoked.'),
    )
    audit.record('key.revoked', { key: id, name, requestsEnded, requestId: context.get('requestId') })
    await keys.backUp()
    return { id, requestsEnded }
  })
}

function sessionRoutes(app: Hono<Env>, parts: SecurityRoutesParts): void {
  const { sessions, live, audit, port } = parts

  serve(app, signIn, ({ body, context }) => {
    const session = parts.signIn.exchange(body.code, {
      remote: incomingOf(context)?.socket.remoteAddress ?? '',
      client: context.req.header('user-agent') ?? '',
    })
    const maxAgeSeconds = session.cookieSeconds
    const secure = new URL(context.req.url).protocol === 'https:'
    context.header(
      'set-cookie',
      sessionCookie(sessionCookieName(port()), session.token, { maxAgeSeconds, secure }),
    )
    return { csrfToken: csrfToken(session.token), expiresAt: session.expiresAt }
  })

  serve(app, createSignInCode, () => browserCode(parts))

  serve(app, whoAmI, ({ context }) => {
    const { kind, name, scopes } = context.get('principal')
    const token =
      kind === 'session' ? readCookie(context.req.header('cookie'), sessionCookieName(port())) : undefined
    return { kind, name, scopes: [...scopes], csrfToken: token === undefined ? null : csrfToken(token) }
  })

  serve(app, listSessions, ({ context }) => ({ sessions: sessions.list(context.get('principal').sessionId) }))

  serve(app, revokeSession, ({ params, context }) => {
    const current = context.get('principal').sessionId
    const id = params.id === 'current' ? (current ?? '') : (params.id ?? '')
    if (!sessions.revoke(id)) {
      throw new ImpetusError(
        'not_found',
        'There is no session with this id. List them with GET /api/sessions.',
      )
    }
    if (id === current) {
      const secure = new URL(context.req.url).protocol === 'https:'
      context.header('set-cookie', sessionCookie(sessionCookieName(port()), '', { maxAgeSeconds: 0, secure }))
    }
    live.abort(
      request => request.principal.sessionId === id && request.signal !== context.get('signal'),
      new ImpetusError('invalid_api_key', 'This browser was signed out.'),
    )
    audit.record('session.revoked', { session: id, requestId: context.get('requestId') })
    return { id }
  })
}
