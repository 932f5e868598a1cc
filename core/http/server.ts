import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createTls } from 'node:https'
import type { Duplex } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { ImpetusError } from '../contract/errors.ts'
import { streamEvents } from '../contract/events.ts'
import type { Settings } from '../contract/settings.ts'
import { getHealth, getReady, getStatus, stopCore } from '../contract/status.ts'
import { allowOrigin, answerPreflight } from './cors.ts'
import type { Env, Transport } from './env.ts'
import { type EnvelopeRules, envelopeFor, errorResponse, toImpetusError } from './errors.ts'
import { judge } from './guard.ts'
import type { GuardPolicy } from './guard-policy.ts'
import { answerParserErrors, refuse, refuseSocket } from './raw.ts'
import { newRequestId } from './request-id.ts'

export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

/** A request that was turned away before any route saw it. */
export interface RefusedFacts {
  readonly requestId: string
  readonly transport: Transport
  readonly remote: string
  readonly host: string
  readonly origin: string
}

/** A WebSocket handshake that the guard let pass. The handler answers on the socket, with 101 or a refusal. */
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  facts: { readonly transport: Transport; readonly requestId: string },
) => void

export interface ServerParts {
  readonly fetch: (request: Request, bindings: Env['Bindings']) => Response | Promise<Response>
  readonly transport: Transport
  readonly policy: () => GuardPolicy
  readonly limits: Settings['server']['limits']
  /** How long a client may take nothing of its answer. */
  readonly stallMilliseconds: () => number
  readonly tls: TlsFiles | null
  readonly envelopes: EnvelopeRules
  readonly upgrade: UpgradeHandler
  readonly onRefused: (error: ImpetusError, facts: RefusedFacts) => void
  /** The refusal of everything but `openWhileDraining`, once the core ends. */
  readonly draining: () => ImpetusError | null
}

/** What a client may still ask while running answers finish: how things stand, and to hurry. */
const openWhileDraining = new Set<string>(
  [getHealth, getReady, getStatus, stopCore, streamEvents].map(({ path }) => path),
)

/**
 * One HTTP server with the guard before everything else: Hono sees no request that the guard has not passed. Node
 * answers nothing by itself here: its own refusals have no body, and a client that parses JSON would break on them.
 */
export function createHttpServer(parts: ServerParts): Server {
  const server = parts.tls
    ? createTls({
        ...serverOptions(parts.limits),
        ...parts.tls,
        handshakeTimeout: parts.limits.slowRequestSeconds * 1000,
      })
    : createPlain(serverOptions(parts.limits))
  // No limit: Node leaves out what is over it, a second Host perhaps. The guard counts, the bytes are limited.
  server.maxHeadersCount = 0
  const answer = getRequestListener((request, env) => parts.fetch(request, bindings(env, parts.transport)), {
    // Only the socket comes without a Host.
    hostname: 'localhost',
    // Its own Request and Response in place of the global ones would save some 30 µs a request, and make `instanceof`
    // lie about every Response made before or by `fetch`.
    overrideGlobalObjects: false,
    errorHandler: thrown =>
      errorResponse(thrown instanceof RequestError ? malformed() : toImpetusError(thrown)),
  })
  const current = new WeakMap<Duplex, ServerResponse>()
  const refuseWhileDraining = (path: string) => (openWhileDraining.has(path) ? null : parts.draining())

  const handle = (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    expect: 'none' | 'continue' | 'unknown',
  ) => {
    const requestId = newRequestId()
    current.set(incoming.socket, outgoing)
    outgoing.setHeader('x-request-id', requestId)
    // The same for Anthropic's clients.
    outgoing.setHeader('request-id', requestId)
    outgoing.setHeader('x-content-type-options', 'nosniff')
    outgoing.setHeader('cross-origin-resource-policy', 'same-origin')
    outgoing.setHeader('cache-control', 'no-store')
    const path = pathOf(incoming)
    const verdict = judge(incoming, parts.policy(), parts.transport)
    if (verdict.kind === 'refuse') {
      parts.onRefused(verdict.error, refusedFacts(incoming, parts.transport, requestId))
      refuse(incoming, outgoing, verdict.error, envelopeFor(path, parts.envelopes), verdict.allow)
      return
    }
    if (verdict.corsOrigin !== null) allowOrigin(outgoing, verdict.corsOrigin)
    if (verdict.kind === 'preflight') {
      answerPreflight(incoming, outgoing)
      return
    }
    const refusal = expect === 'unknown' ? unknownExpectation() : refuseWhileDraining(path)
    if (refusal) {
      refuse(incoming, outgoing, refusal, envelopeFor(path, parts.envelopes))
      return
    }
    if (expect === 'continue') outgoing.writeContinue()
    void answer(incoming, outgoing).then(() => cutWhenStalled(outgoing, parts.stallMilliseconds()))
  }

  server.on('request', (incoming, outgoing) => handle(incoming, outgoing, 'none'))
  server.on('checkContinue', (incoming, outgoing) => handle(incoming, outgoing, 'continue'))
  server.on('checkExpectation', (incoming, outgoing) => handle(incoming, outgoing, 'unknown'))

  const onUpgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const requestId = newRequestId()
    const verdict = judge(incoming, parts.policy(), parts.transport)
    const refusal = verdict.kind === 'refuse' ? verdict.error : refuseWhileDraining(pathOf(incoming))
    if (refusal === null) {
      parts.upgrade(incoming, socket, head, { transport: parts.transport, requestId })
      return
    }
    parts.onRefused(refusal, refusedFacts(incoming, parts.transport, requestId))
    const allow = verdict.kind === 'refuse' ? verdict.allow : undefined
    refuseSocket(socket, refusal, requestId, allow === undefined ? {} : { allow })
  }
  server.on('upgrade', onUpgrade)
  server.on('connect', onUpgrade)

  answerParserErrors(server, socket => current.get(socket))
  return server
}

function serverOptions(limits: Settings['server']['limits']): ServerOptions {
  const slow = limits.slowRequestSeconds * 1000
  const checkEvery = Math.min(1000, slow / 4)
  return {
    maxHeaderSize: limits.headerBytes,
    // Node looks every `checkEvery`, so the last look is still within the limit.
    headersTimeout: slow - checkEvery,
    connectionsCheckingInterval: checkEvery,
    // Bodies have a limit on the pause between two pieces (body.ts): a large one may take its time.
    requestTimeout: 0,
    // Clients that keep connections for a minute would otherwise meet one that has just been closed.
    keepAliveTimeout: 75_000,
    requireHostHeader: false,
    // A client whose machine went to sleep says nothing; this finds out while a request of it waits.
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    // Java's HTTP client asks for "Upgrade: h2c" on every first request; that is a plain request to us.
    shouldUpgradeCallback: request => request.headers.upgrade?.toLowerCase() === 'websocket',
  }
}

function pathOf(incoming: IncomingMessage): string {
  return (incoming.url ?? '').split('?', 1)[0] ?? ''
}

function bindings(env: unknown, transport: Transport): Env['Bindings'] {
  const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse }
  return { incoming, outgoing, transport }
}

function refusedFacts(incoming: IncomingMessage, transport: Transport, requestId: string): RefusedFacts {
  return {
    requestId,
    transport,
    remote: incoming.socket.remoteAddress ?? '',
    host: incoming.headers.host ?? '',
    origin: incoming.headers.origin ?? '',
  }
}

function malformed(): ImpetusError {
  return new ImpetusError('bad_request', 'The path is not well-formed.')
}

function unknownExpectation(): ImpetusError {
  return new ImpetusError('expectation_failed', 'Impetus cannot meet this Expect header. Leave it out.')
}

/** Cuts a client that does not fetch an answer which is complete on our side. Streams look after themselves (sink.ts). */
function cutWhenStalled(outgoing: ServerResponse, milliseconds: number): void {
  if (!outgoing.writableEnded || outgoing.writableFinished || outgoing.destroyed) return
  let left = outgoing.writableLength
  const timer = setInterval(() => {
    if (outgoing.writableLength === left) outgoing.destroy()
    left = outgoing.writableLength
  }, milliseconds)
  outgoing.once('close', () => clearInterval(timer))
}
