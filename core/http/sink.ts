import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'

/** Where a stream's text goes: Node's response on a real socket, a `ReadableStream` in `app.request()`. */
export interface Sink {
  /** What the handler returns to Hono. */
  readonly response: Response
  /** The client is gone, or was cut. */
  readonly closed: boolean
  /** The client has not taken what was written: wait for `drained()`. */
  readonly blocked: boolean
  write(text: string): void
  drained(): Promise<void>
  flushHeaders(): void
  end(): void
}

/**
 * Writes straight to Node's response. A web stream costs a promise, a reader's turn and an encoded copy for each write:
 * 10.5 µs of processor time a token against 7.2 when each token is written alone, 1.9 against 1.4 when eight share a
 * write. A client that takes nothing for `stallMilliseconds` is cut.
 */
export function nodeSink(
  outgoing: HttpBindings['outgoing'],
  headers: Readonly<Record<string, string>>,
  stallMilliseconds: number,
): Sink {
  let closed = outgoing.destroyed
  let blocked = false
  let stall: NodeJS.Timeout | undefined
  let wake: (() => void) | undefined
  const settle = () => {
    blocked = false
    clearTimeout(stall)
    wake?.()
    wake = undefined
  }
  // After a sleep of the machine or a long stall of the loop the timer comes before the news that the client has read.
  const cutUnlessDrained = () => setImmediate(() => blocked && outgoing.destroy())
  outgoing.once('close', () => {
    closed = true
    settle()
  })
  outgoing.on('drain', settle)
  outgoing.writeHead(200, headers as Record<string, string>)
  return {
    response: RESPONSE_ALREADY_SENT,
    get closed() {
      return closed
    },
    get blocked() {
      return blocked
    },
    write(text) {
      // A client that is gone gets no more; whoever works for it saw the same on the request's signal.
      if (closed || outgoing.write(text) || blocked) return
      blocked = true
      stall = setTimeout(() => cutUnlessDrained(), stallMilliseconds)
    },
    drained: () =>
      new Promise(resolve => {
        if (!blocked) return resolve()
        wake = resolve
      }),
    flushHeaders: () => outgoing.flushHeaders(),
    end: () => {
      if (!closed) outgoing.end()
    },
  }
}

/** For `app.request()`: the test's reader sets the pace. */
export function webSink(headers: Readonly<Record<string, string>>): Sink {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array>
  let closed = false
  let wake: (() => void) | undefined
  const body = new ReadableStream<Uint8Array>(
    {
      start: c => {
        controller = c
      },
      pull: () => {
        wake?.()
        wake = undefined
      },
      cancel: () => {
        closed = true
        wake?.()
      },
    },
    { highWaterMark: 16 },
  )
  return {
    response: new Response(body, { headers: { ...headers } }),
    get closed() {
      return closed
    },
    get blocked() {
      return !closed && (controller.desiredSize ?? 0) <= 0
    },
    write: text => {
      if (!closed) controller.enqueue(encoder.encode(text))
    },
    drained: () =>
      new Promise(resolve => {
        wake = resolve
      }),
    flushHeaders: () => undefined,
    end: () => {
      if (closed) return
      closed = true
      controller.close()
    },
  }
}
