import type { ImpetusError } from '../../contract/errors.ts'
import { type Failure, refused, unreachable } from './failure.ts'
import { field, list, parsed, text } from './json.ts'
import { Replicas } from './replicas.ts'

/** A server that speaks OpenAI's dialect, at one or several addresses. */
export interface RemoteServer {
  readonly name: string
  /** `http://10.0.0.5:8000`, with or without `/v1`. */
  readonly urls: readonly string[]
  readonly key: string | null
  /** Names of the models to show; null: all that the server lists. */
  readonly models: readonly string[] | null
}

/** Milliseconds. */
export interface RemotePace {
  /** How long a server may take to say that it lives. */
  readonly health: number
  /** After so long without a word it is asked whether it lives. */
  readonly silence: number
}

const usualPace: RemotePace = { health: 3_000, silence: 15_000 }

/** Bytes of an answer that is not a stream; longer ones are not a list of models or an error. */
const longestAnswer = 64 * 1024 * 1024

/** What a try at one replica threw. */
export class TryError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.error.message)
    this.failure = failure
  }
}

/** Calls to one server: the least busy replica first, the others when that one fails. */
export class Connection {
  readonly server: RemoteServer
  readonly replicas: Replicas
  readonly #pace: RemotePace

  constructor(server: RemoteServer, pace: RemotePace = usualPace, now?: () => number) {
    this.server = server
    this.#pace = pace
    this.replicas = new Replicas(
      server.urls.map(url => url.replace(/\/+$/, '').replace(/\/v1$/, '')),
      now,
    )
  }

  get pace(): RemotePace {
    return this.#pace
  }

  /**
   * Tries replicas until one succeeds. `attempt` throws `TryError`; whatever else it throws ends the tries.
   * @throws the last failure's error, or the signal's reason
   */
  async first<T>(attempt: (url: string) => Promise<T>, signal: AbortSignal): Promise<T> {
    const tried = new Set<string>()
    let last: ImpetusError | undefined
    for (let next = this.replicas.choose(tried); next !== undefined; next = this.replicas.choose(tried)) {
      signal.throwIfAborted()
      const { url, failures } = next
      tried.add(url)
      try {
        // One that has failed before may hang: a short question first costs less than a long wait.
        if (failures > 0) await this.mustLive(url, signal)
        return await attempt(url)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof TryError)) throw error
        if (error.failure.sick) this.replicas.failed(url)
        if (!error.failure.elsewhere) throw error.failure.error
        last = error.failure.error
      }
    }
    throw last ?? unreachable(this.server.name, 'it has no address').error
  }

  /** @throws TryError when it does not answer in time */
  async mustLive(url: string, signal: AbortSignal): Promise<void> {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(this.#pace.health)])
    const response = await this.fetch(url, '/v1/models', undefined, soon)
    await response.body?.cancel()
    this.replicas.succeeded(url)
  }

  /** Names of the models that the server has, with what it says of each. */
  async models(signal: AbortSignal): Promise<{ readonly name: string; readonly said: unknown }[]> {
    const answer = await this.first(async url => {
      const soon = AbortSignal.any([signal, AbortSignal.timeout(this.#pace.health)])
      const models = await this.json(url, '/v1/models', undefined, soon)
      this.replicas.succeeded(url)
      return models
    }, signal)
    return list(field(answer, 'data')).flatMap(said => {
      const name = text(field(said, 'id'))
      return name === undefined || name === '' ? [] : [{ name, said }]
    })
  }

  /** A whole JSON answer. @throws TryError */
  async json(
    url: string,
    path: string,
    body: object | undefined,
    signal: AbortSignal,
    longest = longestAnswer,
  ): Promise<unknown> {
    const response = await this.fetch(url, path, body, signal)
    return parsed(await this.#whole(response, longest))
  }

  /** An answer of status 200. Redirects are not followed: the key would go along. @throws TryError */
  async fetch(url: string, path: string, body: object | undefined, signal: AbortSignal): Promise<Response> {
    const { name, key } = this.server
    let response: Response
    try {
      response = await fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        signal,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(key !== null && { authorization: `Bearer ${key}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw new TryError(unreachable(name, reasonOf(error)))
    }
    if (response.status === 200) return response
    if (response.status >= 300 && response.status < 400)
      throw new TryError(unreachable(name, 'it leads to another address'))
    const said = await this.#whole(response, 65_536)
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    const retryAfter = Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : undefined
    throw new TryError(refused(name, response.status, parsed(said) ?? said, retryAfter))
  }

  /** @throws TryError for an answer that breaks off or is too long */
  async #whole(response: Response, longest: number): Promise<string> {
    const decoder = new TextDecoder()
    let said = ''
    try {
      for await (const bytes of response.body ?? []) {
        said += decoder.decode(bytes, { stream: true })
        if (said.length > longest) throw new Error('its answer is too long')
      }
      return said
    } catch (error) {
      throw new TryError(unreachable(this.server.name, reasonOf(error)))
    }
  }
}

/** Of a failed call in words, without addresses of this machine. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed'
  if (error.name === 'TimeoutError') return 'it does not answer in time'
  const code = text(field(error.cause, 'code'))
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no such name'
    case undefined:
      return error.name === 'TypeError' ? 'the connection broke off' : error.message
    default:
      return code
  }
}
