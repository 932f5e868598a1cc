import type { ChatChunk } from '../core/contract/chat.ts'
import type { RequestOf, ResponseOf } from '../core/contract/endpoint.ts'
import { type Name, type Operations, operations } from './operations.ts'
import { dataLines } from './parts/sse.ts'

/** Why a call came to nothing. `message` is for a person and says the next step. */
export interface Failure {
  /** One of the contract's error codes, or `core_gone` when nothing answered. */
  readonly code: string
  readonly message: string
  /** The field at fault. */
  readonly param: string | null
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export type ValueOf<N extends Name> = ResponseOf<Operations[N]>

export interface CallInput<N extends Name> {
  /** Parts of the path: `{ id }` for `/api/keys/:id`. */
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: RequestOf<Operations[N]>
  readonly signal?: AbortSignal
}

const csrfHeader = 'x-impetus-csrf'

/** The one way out of the dashboard, beside the event socket in live.ts. */
export class Api {
  /** Proves that a request comes from our own page; the core gives it to a session. */
  csrfToken: string | null = null

  /** Calls an operation of the contract. Never throws: what went wrong is a value. */
  async call<N extends Name>(name: N, input: CallInput<N> = {}): Promise<Outcome<ValueOf<N>>> {
    try {
      const response = await this.#send(name, input)
      if (!response.ok) return { ok: false, failure: await failureOf(response) }
      return { ok: true, value: (await response.json()) as ValueOf<N> }
    } catch {
      return { ok: false, failure: coreGone }
    }
  }

  /** Streams an answer. The sequence ends with the answer, early with a failure as its last item. */
  async *chat(
    body: RequestOf<Operations['createChatCompletion']>,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome<ChatChunk>, void> {
    try {
      const response = await this.#send('createChatCompletion', { body, signal })
      if (!response.ok || response.body === null) {
        yield { ok: false, failure: await failureOf(response) }
        return
      }
      for await (const data of dataLines(response.body)) {
        if (data === '[DONE]') return
        const item = JSON.parse(data) as ChatChunk | { readonly error: Partial<Failure> }
        if ('error' in item) {
          yield { ok: false, failure: asFailure(item.error, '') }
          return
        }
        yield { ok: true, value: item }
      }
    } catch {
      if (!signal.aborted) yield { ok: false, failure: coreGone }
    }
  }

  #send<N extends Name>(name: N, { params, query, body, signal }: CallInput<N>): Promise<Response> {
    const { method, path } = operations[name]
    const place = path.replace(/:(\w+)/g, (_, part: string) => encodeURIComponent(params?.[part] ?? ''))
    const entries = Object.entries(query ?? {}).map(([key, value]) => [key, String(value)])
    const search = entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`
    const headers: Record<string, string> = {}
    if (this.csrfToken !== null) headers[csrfHeader] = this.csrfToken
    if (body !== undefined) headers['content-type'] = 'application/json'
    return fetch(`${place}${search}`, {
      method: method.toUpperCase(),
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  }
}

/** Its text is the interface's own, in the person's language. */
const coreGone: Failure = { code: 'core_gone', message: '', param: null }

async function failureOf(response: Response): Promise<Failure> {
  const text = await response.text()
  try {
    return asFailure((JSON.parse(text) as { error: Partial<Failure> }).error, response.statusText)
  } catch {
    return asFailure({}, `${response.status} ${response.statusText}`)
  }
}

function asFailure(error: Partial<Failure>, otherwise: string): Failure {
  return {
    code: error.code ?? 'internal_error',
    message: error.message ?? otherwise,
    param: error.param ?? null,
  }
}
