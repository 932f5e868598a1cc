import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Hono } from 'hono'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { ImpetusError } from '../contract/errors.ts'
import { streamEvents } from '../contract/events.ts'
import type { Log } from '../platform/log.ts'
import type { Env, Principal } from './env.ts'
import { toImpetusError } from './errors.ts'
import type { EventHistory, WireFrame } from './event-history.ts'
import type { Credentials } from './frame.ts'
import type { LiveRequests } from './live.ts'
import { refuseSocket } from './raw.ts'
import { newRequestId } from './request-id.ts'
import { checkScope, serve } from './serve.ts'
import type { UpgradeHandler } from './server.ts'
import { type SseItem, sseResponse } from './sse.ts'
import type { Subscription } from './subscription.ts'

/** Mounts the event stream for readers of server-sent events. */
export function eventRoutes(app: Hono<Env>, history: EventHistory): void {
  serve(app, streamEvents, ({ query, context, signal }) => {
    const after = context.req.header('last-event-id') ?? query.after
    const options = resumeOptions(query.topics, after)
    return sseResponse(context, read(history, options, signal), { errorItems: () => [] })
  })
}

/** Subscribes when the first event is wanted: a HEAD request wants none. */
async function* read(
  history: EventHistory,
  options: Parameters<EventHistory['subscribe']>[0],
  signal: AbortSignal,
): AsyncGenerator<SseItem> {
  const subscription = history.subscribe(options)
  signal.addEventListener('abort', () => subscription.close(), { once: true })
  for await (const frame of subscription) yield { id: frame.id, data: frame.text }
}

export interface EventSocketParts {
  readonly history: EventHistory
  readonly live: LiveRequests
  readonly log: Log
  readonly identify: (credentials: Credentials) => Principal
  /** Milliseconds after which a reader that takes nothing is cut. */
  readonly stallMilliseconds: () => number
}

/** Text that may wait in a connection before the reader is waited for. */
const mostBuffered = 256 * 1024

/** What a client may say: `{"follow": ["monitoring.sample"]}`. Anything else is ignored. */
const wish = z.object({ follow: z.array(z.string().max(100)).max(20) })

/** The same frames over a WebSocket, one to a message. */
export class EventSocket {
  readonly #parts: EventSocketParts
  // Compression would keep a zlib context per connection for frames of 200 bytes.
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 * 1024 })

  constructor(parts: EventSocketParts) {
    this.#parts = parts
    // By itself ws answers a broken handshake as plain text.
    this.#server.on('wsClientError', (error, socket) => {
      const refusal = new ImpetusError(
        'bad_request',
        `The WebSocket handshake is not well-formed: ${error.message}.`,
      )
      refuseSocket(socket, refusal, newRequestId())
    })
  }

  /** Answers a handshake that the guard let pass. */
  readonly upgrade: UpgradeHandler = (request, socket, head, facts) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    try {
      if (url.pathname !== streamEvents.path) {
        throw new ImpetusError('not_found', `There is no WebSocket at this path. Use ${streamEvents.path}.`)
      }
      const principal = this.#parts.identify(credentialsOf(request, facts.transport))
      checkScope(principal, streamEvents.scope)
      this.#accept(request, socket, head, { id: facts.requestId, principal, query: url.searchParams })
    } catch (thrown) {
      refuseSocket(socket, toImpetusError(thrown), facts.requestId)
    }
  }

  /** Says goodbye to every reader. */
  stop(): void {
    for (const client of this.#server.clients) goodbye(client)
  }

  #accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    reader: { id: string; principal: Principal; query: URLSearchParams },
  ): void {
    this.#server.handleUpgrade(request, socket, head, client => {
      const { request: live, leave } = this.#parts.live.enter(reader.id, streamEvents.path, reader.principal)
      const { query } = reader
      const subscription = this.#parts.history.subscribe(
        resumeOptions(query.get('topics') ?? undefined, query.get('after') ?? undefined),
      )
      live.signal.addEventListener('abort', () => goodbye(client, live.signal.reason), { once: true })
      client.on('error', error => this.#parts.log.debug('a WebSocket failed', { reason: error.message }))
      client.on('message', data => follow(subscription, data))
      client.on('close', () => {
        subscription.close()
        leave()
      })
      this.#send(client, subscription).catch((error: unknown) => {
        this.#parts.log.error('an event socket ended badly', error)
        client.terminate()
      })
    })
  }

  async #send(client: WebSocket, frames: AsyncIterable<WireFrame>): Promise<void> {
    for await (const frame of frames) {
      if (client.readyState !== WebSocket.OPEN) break
      if (client.bufferedAmount < mostBuffered) client.send(frame.text)
      else await this.#sendAndWait(client, frame.text)
    }
    client.close(1001, 'The stream has ended')
  }

  /** Sends and waits until it has left, or cuts a reader that does not read. */
  #sendAndWait(client: WebSocket, text: string): Promise<void> {
    return new Promise(resolve => {
      const stall = setTimeout(() => client.terminate(), this.#parts.stallMilliseconds())
      client.send(text, () => {
        clearTimeout(stall)
        resolve()
      })
    })
  }
}

function follow(subscription: Subscription, data: RawData): void {
  try {
    subscription.follow(wish.parse(JSON.parse(data.toString())).follow)
  } catch {
    // Not for us: the socket has never answered, and a client of another kind may talk to itself.
  }
}

/** 1001: come back later. 1008: not with these rights. */
function goodbye(client: WebSocket, reason?: unknown): void {
  const isOver = reason === undefined || toImpetusError(reason).code === 'shutting_down'
  client.close(isOver ? 1001 : 1008, isOver ? 'Impetus is ending' : 'No longer allowed')
}

function credentialsOf(request: IncomingMessage, transport: Credentials['transport']): Credentials {
  return {
    method: request.method ?? 'GET',
    header: name => {
      const value = request.headers[name]
      return Array.isArray(value) ? value[0] : value
    },
    transport,
    remote: request.socket.remoteAddress ?? '',
  }
}

function resumeOptions(topics: string | undefined, after: string | undefined) {
  return { ...(topics === undefined ? {} : { topics }), ...(after === undefined ? {} : { after }) }
}
