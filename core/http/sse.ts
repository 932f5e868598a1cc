import type { Context } from 'hono'
import type { ImpetusError } from '../contract/errors.ts'
import { type Env, outgoingOf } from './env.ts'
import { errorBody, toImpetusError } from './errors.ts'
import { nodeSink, type Sink, webSink } from './sink.ts'

/** One event. A string is the whole of `data` (one line of JSON, as all dialects send). */
export type SseItem = string | { readonly event?: string; readonly id?: string; readonly data: string }

export interface SseOptions {
  /** Stops the stream; by default the request's own signal. */
  readonly signal?: AbortSignal
  /** The events that tell an error once the headers are out; by default OpenAI's error event and `[DONE]`. */
  readonly errorItems?: (error: ImpetusError) => readonly SseItem[]
  readonly headers?: Readonly<Record<string, string>>
  readonly limits?: Partial<SseLimits>
}

/** All in milliseconds. */
export interface SseLimits {
  /** How long a source that is still a promise may take before the headers go out without it. */
  readonly patience: number
  /** A comment goes out after this time without an event. Node's `fetch` gives up after 300 s of silence. */
  readonly keepAlive: number
  /** A client that takes nothing for this long is cut. */
  readonly stall: number
}

const defaultLimits = { patience: 10_000, keepAlive: 10_000 }

// Never ": ping": Continue takes that one for the end of the stream.
const keepAliveComment = ': keep-alive\n\n'

/** What is joined before it is written even if more is at hand: one write of 64 KB fills a socket's buffer. */
const joinLimit = 64 * 1024

/**
 * Answers with the events of `source`, which must end when the request's signal aborts (the client went, its key was
 * revoked, the core ends) and is closed by its `return()` where it has more to say than the client wants to hear.
 *
 * While `source` is a promise the status is still open: a rejection within `patience` is thrown, and answers with
 * its real status. After that the headers go out and an error becomes events. Events that come within one turn of
 * the event loop share one write.
 */
export async function sseResponse(
  context: Context<Env>,
  source: AsyncIterable<SseItem> | Promise<AsyncIterable<SseItem>>,
  options: SseOptions = {},
): Promise<Response> {
  const limits = { ...defaultLimits, stall: context.get('stallMilliseconds'), ...options.limits }
  const ready = source instanceof Promise ? await withPatience(source, limits.patience) : source
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    ...options.headers,
  }
  if (context.req.raw.method === 'HEAD') return new Response(null, { headers })
  const outgoing = outgoingOf(context)
  const sink = outgoing ? nodeSink(outgoing, headers, limits.stall) : webSink(headers)
  const signal = options.signal ?? context.get('signal')
  void pump(sink, ready, { ...options, signal }, limits).catch((error: unknown) =>
    context.get('log').error('a stream ended badly', error),
  )
  return sink.response
}

/** The promise's value, or the promise itself in a box when it takes too long. */
async function withPatience<T>(promise: Promise<T>, milliseconds: number): Promise<T | { late: Promise<T> }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<{ late: Promise<T> }>(resolve => {
    timer = setTimeout(() => resolve({ late: promise }), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

async function pump(
  sink: Sink,
  ready: AsyncIterable<SseItem> | { late: Promise<AsyncIterable<SseItem>> },
  options: SseOptions & { signal: AbortSignal },
  limits: SseLimits,
): Promise<void> {
  const writer = new JoiningWriter(sink, limits.keepAlive)
  try {
    const source = 'late' in ready ? await ready.late : ready
    for await (const item of source) {
      options.signal.throwIfAborted()
      writer.add(frame(item))
      if (writer.full) await writer.drained()
      if (sink.closed) break
    }
  } catch (thrown) {
    const { aborted, reason } = options.signal
    const error = toImpetusError(aborted ? reason : thrown)
    const items = options.errorItems?.(error) ?? [JSON.stringify(errorBody(error)), '[DONE]']
    for (const item of items) writer.add(frame(item))
    if (!aborted && error.code === 'internal_error') throw thrown
  } finally {
    writer.end()
  }
}

function frame(item: SseItem): string {
  if (typeof item === 'string') return `data: ${item}\n\n`
  const id = item.id === undefined ? '' : `id: ${item.id}\n`
  const event = item.event === undefined ? '' : `event: ${item.event}\n`
  return `${id}${event}data: ${item.data}\n\n`
}

/** Joins the frames of one turn of the event loop into one write, and speaks up when nothing comes for long. */
class JoiningWriter {
  readonly #sink: Sink
  readonly #keepAlive: NodeJS.Timeout
  #pending = ''
  #scheduled = false

  constructor(sink: Sink, keepAliveMilliseconds: number) {
    this.#sink = sink
    this.#keepAlive = setInterval(() => {
      if (!sink.blocked) sink.write(keepAliveComment)
    }, keepAliveMilliseconds)
    this.#schedule()
  }

  get full(): boolean {
    return this.#sink.blocked || this.#pending.length > joinLimit
  }

  add(text: string): void {
    this.#pending += text
    this.#schedule()
  }

  /** Fulfils when the client has taken what was written, or is gone. */
  async drained(): Promise<void> {
    this.#flush()
    if (this.#sink.blocked) await this.#sink.drained()
  }

  end(): void {
    clearInterval(this.#keepAlive)
    this.#flush()
    this.#sink.end()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#sink.closed) return
    if (this.#pending === '') {
      this.#sink.flushHeaders()
      return
    }
    const text = this.#pending
    this.#pending = ''
    this.#keepAlive.refresh()
    this.#sink.write(text)
  }
}
