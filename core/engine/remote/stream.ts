import type { Delta, GenerateRequest } from '../engine.ts'
import { RemoteAnswer } from './answer.ts'
import { type Connection, reasonOf, TryError } from './connection.ts'
import { eventData } from './event-stream.ts'
import { brokenOff, refused, unreachable } from './failure.ts'
import { count, field, parsed } from './json.ts'
import { remoteRequest } from './request.ts'
import { SilenceWatch } from './silence.ts'

export interface Asked {
  readonly connection: Connection
  /** As the server names it. */
  readonly model: string
  readonly request: GenerateRequest
  readonly signal: AbortSignal
}

/**
 * Asks one replica, and fulfils when the answer's first token is there: until then another replica can be tried.
 *
 * @throws TryError
 */
export async function beginAnswer(asked: Asked, url: string): Promise<AsyncGenerator<Delta>> {
  const { connection, signal } = asked
  const busy = connection.replicas.begin(url)
  const watch = new SilenceWatch(connection, url)
  const end = () => {
    busy[Symbol.dispose]()
    watch.stop()
  }
  const deltas = read(asked, url, watch)
  try {
    const first = await deltas.next()
    connection.replicas.succeeded(url)
    return joined(first, deltas, end)
  } catch (error) {
    end()
    signal.throwIfAborted()
    throw error
  }
}

async function* joined(
  first: IteratorResult<Delta>,
  rest: AsyncGenerator<Delta>,
  end: () => void,
): AsyncGenerator<Delta> {
  try {
    if (!first.done) yield first.value
    yield* rest
  } finally {
    end()
    // Not read to its end: the server is told to stop.
    await rest.return(undefined)
  }
}

async function* read(asked: Asked, url: string, watch: SilenceWatch): AsyncGenerator<Delta> {
  const { connection, model, request } = asked
  const { name } = connection.server
  const sent = performance.now()
  const { path, body } = remoteRequest(model, request)
  // Leaving this scope ends the call, however it is left.
  const left = new AbortController()
  const signal = AbortSignal.any([asked.signal, watch.signal, left.signal])
  const answer = new RemoteAnswer()
  let firstAt: number | undefined
  try {
    const response = await connection.fetch(url, path, body, signal)
    for await (const data of eventData(response.body)) {
      watch.heard()
      if (data === '[DONE]') break
      const chunk = parsed(data)
      const error = field(chunk, 'error') ?? undefined
      if (error !== undefined && error !== null)
        throw new TryError(refused(name, count(field(error, 'code')) ?? 500, chunk, undefined))
      for (const delta of answer.read(chunk)) {
        firstAt ??= performance.now()
        yield delta
      }
    }
  } catch (error) {
    if (watch.signal.aborted) throw new TryError(unreachable(name, 'it does not answer any more'))
    throw error instanceof TryError ? error : new TryError(brokenOff(name, reasonOf(error)))
  } finally {
    left.abort()
  }
  if (!answer.isWhole) throw new TryError(brokenOff(name, 'it ended in the middle'))
  const now = performance.now()
  yield answer.end({ prefill: (firstAt ?? now) - sent, decode: now - (firstAt ?? now) })
}
