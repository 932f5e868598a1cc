import type { Context } from 'hono'
import type { ImpetusError } from '../contract/errors.ts'
import { type Env, outgoingOf } from './env.ts'
import { toImpetusError } from './errors.ts'
import { nodeSink, type Sink, webSink } from './sink.ts'

/** How a stream is written. */
export interface StreamFormat<Item> {
  readonly contentType: string
  readonly frame: (item: Item) => string
  /** What tells an error once the headers are out. */
  readonly errorItems: (error: ImpetusError) => readonly Item[]
  /** What goes out while nothing comes, as it is written. */
  readonly keepAlive: string
}

export interface StreamOptions {
  /** Stops the stream; by default the request's own signal. */
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  readonly limits?: Partial<StreamLimits>
}

/** All in milliseconds. */
export interface StreamLimits {
  /** How long a source that is still a promise may take before the headers go out without it. */
  readonly patience: number
  /** A sign of life goes out after this time without an item. Node's `fetch` gives up after 300 s of silence. */
  readonly keepAlive: number
  /** A client that takes nothing for this long is cut. */
  readonly stall: number
}

const defaultLimits = { patience: 10_000, keepAlive: 10_000 }

/** What is joined before it is written even if more is at hand: one write of 64 KB fills a socket's buffer. */
const joinLimit = 64 * 1024

/**
 * Answers with the items of `source`, which must end when the request's signal aborts (the client went, its key was
 * revoked, the core ends) and is closed by its `return()` where it has more to say than the client wants to hear.
 *
 * While `source` is a promise the status is still open: a rejection within `patience` is thrown, and answers with
 * its real status. After that the headers go out and an error becomes items. Items that come within one turn of
 * the event loop share one write.
 */
export async function streamResponse<Item>(
  context: Context<Env>,
  source: AsyncIterable<Item> | Promise<AsyncIterable<Item>>,
  format: StreamFormat<Item>,
  options: StreamOptions = {},
): Promise<Response> {
  const limits = { ...defaultLimits, stall: context.get('stallMilliseconds'), ...options.limits }
  const ready = source instanceof Promise ? await withPatience(source, limits.patience) : source
  const headers = {
    'content-type': format.contentType,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    ...options.headers,
  }
  if (context.req.raw.method === 'HEAD') return new Response(null, { headers })
  const outgoing = outgoingOf(context)
  const sink = outgoing ? nodeSink(outgoing, headers, limits.stall) : webSink(headers)
  const signal = options.signal ?? context.get('signal')
  const writer = new JoiningWriter(sink, format.keepAlive, limits.keepAlive)
  void pump(sink, writer, ready, format, signal).catch((error: unknown) =>
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

async function pump<Item>(
  sink: Sink,
  writer: JoiningWriter,
  ready: AsyncIterable<Item> | { late: Promise<AsyncIterable<Item>> },
  format: StreamFormat<Item>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const source = 'late' in ready ? await ready.late : ready
    for await (const item of source) {
      signal.throwIfAborted()
      writer.add(format.frame(item))
      if (writer.full) await writer.drained()
      if (sink.closed) break
    }
  } catch (thrown) {
    const { aborted, reason } = signal
    const error = toImpetusError(aborted ? reason : thrown)
    for (const item of format.errorItems(error)) writer.add(format.frame(item))
    if (!aborted && error.code === 'internal_error') throw thrown
  } finally {
    writer.end()
  }
}

/** Joins the frames of one turn of the event loop into one write, and speaks up when nothing comes for long. */
class JoiningWriter {
  readonly #sink: Sink
  readonly #keepAlive: NodeJS.Timeout
  #pending = ''
  #scheduled = false

  constructor(sink: Sink, keepAlive: string, keepAliveMilliseconds: number) {
    this.#sink = sink
    this.#keepAlive = setInterval(() => {
      if (!sink.blocked) sink.write(keepAlive)
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
