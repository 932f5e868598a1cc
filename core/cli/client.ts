import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { Operation, RequestOf, ResponseOf } from '../contract/endpoint.ts'
import { readEndpoint } from '../platform/endpoint-file.ts'
import { ExitError } from '../platform/exit.ts'
import type { Paths } from '../platform/paths.ts'
import { version } from '../platform/version.ts'

export interface CallOptions<O extends Operation> {
  readonly body?: RequestOf<O>
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Milliseconds without a word after which the core counts as hung; by default 10 s. */
  readonly patience?: number
}

/** The core as the commands see it: typed calls over the home's Unix socket, with full rights. */
export class CoreClient {
  readonly #paths: Paths

  constructor(paths: Paths) {
    this.#paths = paths
  }

  /** @throws ExitError `unavailable` when no core answers, `failed` with the core's own words when it refuses */
  async call<O extends Operation>(operation: O, options: CallOptions<O> = {}): Promise<ResponseOf<O>> {
    const response = await this.#send(operation, options)
    const text = await readAll(response)
    return operation.response.parse(JSON.parse(text)) as ResponseOf<O>
  }

  /** The `data:` values of an event stream, until it ends or the signal aborts. */
  async *stream<O extends Operation>(operation: O, options: CallOptions<O>): AsyncIterable<string> {
    const response = await this.#send(operation, options)
    let rest = ''
    try {
      for await (const piece of response.setEncoding('utf8')) {
        const lines = (rest + piece).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line.startsWith('data: ')) yield line.slice('data: '.length)
      }
    } catch (error) {
      throw this.#plain(error as NodeJS.ErrnoException)
    }
  }

  async #send<O extends Operation>(operation: O, options: CallOptions<O>): Promise<IncomingMessage> {
    const path = operation.path.replaceAll(/:(\w+)/g, (_match, name) =>
      encodeURIComponent(options.params?.[name] ?? ''),
    )
    const query = new URLSearchParams(options.query).toString()
    const body = options.body === undefined ? undefined : JSON.stringify(options.body)
    const outgoing = request({
      socketPath: this.#paths.socket,
      method: operation.method.toUpperCase(),
      path: query === '' ? path : `${path}?${query}`,
      headers: {
        'user-agent': `impetus/${version()}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    const response = await this.#answerTo(outgoing, body, options.patience ?? 10_000)
    if (response.statusCode !== 200)
      throw new ExitError('failed', refusal(await readAll(response), response.statusCode))
    return response
  }

  #answerTo(outgoing: ClientRequest, body: string | undefined, patience: number): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      outgoing.setTimeout(patience, () => outgoing.destroy(this.#hung()))
      outgoing.once('response', response => {
        outgoing.setTimeout(0)
        resolve(response)
      })
      outgoing.once('error', (error: NodeJS.ErrnoException) => reject(this.#plain(error)))
      outgoing.end(body)
    })
  }

  #plain(error: NodeJS.ErrnoException): Error {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
      return new ExitError(
        'unavailable',
        `No core is running on ${this.#paths.home}. Start one with "impetus serve".`,
      )
    }
    if (error.code === 'EACCES') {
      return new ExitError(
        'unavailable',
        `${this.#paths.socket} belongs to another user. Run this as that user.`,
      )
    }
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
      return new ExitError('unavailable', 'The core ended before its answer did.')
    }
    return error
  }

  #hung(): ExitError {
    const pid = readEndpoint(this.#paths.endpoint)?.pid
    return new ExitError(
      'unavailable',
      `The core${pid === undefined ? '' : ` (process ${pid})`} does not answer. It may be suspended or hung; end it and start it again.`,
    )
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  return text
}

function refusal(text: string, status: number | undefined): string {
  try {
    const { error } = JSON.parse(text) as { error: { message: string } }
    return error.message
  } catch {
    return `The core answered with ${status}.`
  }
}
