import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Scope } from '../contract/endpoint.ts'
import type { ImpetusError } from '../contract/errors.ts'
import type { Log } from '../platform/log.ts'
import type { BodyLimits } from './body.ts'

/** What a caller may do beyond the public operations. */
export type GrantedScope = Exclude<Scope, 'public'>

/** Who asks, as found out once per request. */
export interface Principal {
  readonly kind: 'anonymous' | 'key' | 'session' | 'socket'
  readonly scopes: ReadonlySet<GrantedScope>
  /** The key's name, for the log and the requests view. */
  readonly name: string | null
  readonly keyId?: string
  readonly sessionId?: string
  /** Why the credential that was sent does not count. Thrown where one is needed: a public operation answers all the same. */
  readonly refusal?: ImpetusError
}

/** The listener a request came in by. */
export type Transport = 'tcp' | 'socket'

/**
 * What Hono's context carries in every room. `Bindings` are empty in tests that go through `app.request()`, and
 * hold Node's own request and response on a real socket.
 */
export interface Env {
  Variables: {
    requestId: string
    log: Log
    principal: Principal
    transport: Transport
    /** Aborts when the client goes away, its key is revoked or the core ends. Its reason is an `ImpetusError`. */
    signal: AbortSignal
    /** Counts this request among its caller's until it is over. @throws `rate_limited` */
    admit: () => void
    bodyLimits: BodyLimits
    /** The longest time a client may take nothing of a stream, in milliseconds. */
    stallMilliseconds: number
  }
  Bindings: Partial<HttpBindings> & { readonly transport?: Transport }
}

/** Node's own response where there is one, `undefined` in `app.request()`, which hands no bindings over at all. */
export function outgoingOf(context: Context<Env>): HttpBindings['outgoing'] | undefined {
  return (context.env as Env['Bindings'] | undefined)?.outgoing
}

/** Node's own request where there is one. */
export function incomingOf(context: Context<Env>): HttpBindings['incoming'] | undefined {
  return (context.env as Env['Bindings'] | undefined)?.incoming
}
