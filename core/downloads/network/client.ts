import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { ImpetusError } from '../../contract/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { isPublicAddress } from './address.ts'
import { networkFault } from './faults.ts'
import {
  AddressNotPublic,
  addressRefused,
  guardedLookup,
  hostOf,
  type IsPublic,
  leadsInside,
  nextHop,
  type Resolve,
  redirectRefused,
  systemResolve,
} from './guard.ts'

export interface ClientParts {
  /** The hub. Its own origin is the only one that may be private or without encryption, and that gets the token. */
  readonly endpoint: URL
  readonly token: () => string | undefined
  readonly userAgent: string
  readonly clock: Clock
  /** How long a server may take to send the headers of one answer. */
  readonly headersMilliseconds?: number
  readonly resolve?: Resolve
  readonly isPublic?: IsPublic
  /** Certificates to trust in place of the usual ones, as PEM. */
  readonly ca?: string
}

export interface GetOptions {
  readonly signal: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'HEAD'
  /** False: a redirect is an answer like any other. */
  readonly follow?: boolean
}

/** The last answer of a chain of redirects. Whoever gets it reads the body or destroys it. */
export interface Answer {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: IncomingMessage
}

const redirects = new Set([301, 302, 303, 307, 308])
/** The hub redirects once to its storage, and once more for a model that was renamed. */
const mostHops = 5
const largestDrain = 64 * 1024

/**
 * Fetches from the hub and from wherever it sends us, and from nowhere else: every hop is checked by its URL, and
 * again by the addresses its name has at the moment of connecting.
 */
export class Client {
  readonly #parts: ClientParts
  readonly #isPublic: IsPublic
  #own: Agents | undefined
  #guarded: Agents | undefined

  constructor(parts: ClientParts) {
    this.#parts = parts
    this.#isPublic = parts.isPublic ?? isPublicAddress
  }

  start(): void {
    const { resolve = systemResolve, ca } = this.#parts
    this.#own = new Agents(undefined, ca)
    this.#guarded = new Agents(guardedLookup(resolve, this.#isPublic), ca)
  }

  /** Closes every connection. */
  stop(): void {
    this.#own?.destroy()
    this.#guarded?.destroy()
  }

  /** Whether a URL is on the hub itself, not on a storage it sends us to. */
  isHub(url: URL): boolean {
    return url.origin === this.#parts.endpoint.origin
  }

  /**
   * Follows redirects to an answer of any other status.
   *
   * @throws ImpetusError `address_refused`, `redirect_refused`, `hub_unavailable`; the signal's reason when aborted
   */
  async get(url: URL, options: GetOptions): Promise<Answer> {
    const { endpoint } = this.#parts
    if (!this.isHub(url) && leadsInside(url, this.#isPublic)) throw addressRefused(url)
    const seen = new Set<string>()
    let current = url
    let from: URL | undefined
    // A stranger's redirect to the hub gets no token: it could name any file this account may read.
    let trusted = true
    while (true) {
      seen.add(current.href)
      trusted &&= this.isHub(current)
      const answer = await this.#once(current, { ...options, from, trusted })
      if (!redirects.has(answer.status) || options.follow === false) return answer
      discard(answer.body)
      from = current
      current = nextHop(from, answer.headers.location, endpoint, this.#isPublic)
      if (seen.has(current.href) || seen.size > mostHops)
        throw redirectRefused(from, 'address after address without end')
    }
  }

  #once(url: URL, options: GetOptions & { from: URL | undefined; trusted: boolean }): Promise<Answer> {
    const { token, userAgent, clock, headersMilliseconds = 30_000 } = this.#parts
    const { signal, headers, method = 'GET', from, trusted } = options
    const agents = this.isHub(url) ? this.#own : this.#guarded
    if (agents === undefined) throw new Error('The client is not started.')
    const secret = trusted ? token() : undefined
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:'
      const request = (secure ? httpsRequest : httpRequest)({
        agent: secure ? agents.https : agents.http,
        host: hostOf(url),
        port: url.port || undefined,
        path: url.pathname + url.search,
        method,
        signal,
        headers: {
          host: url.host,
          'user-agent': userAgent,
          // Ranges count the bytes of the file, and a compressed one has others.
          'accept-encoding': 'identity',
          ...headers,
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
        },
      })
      const stopTimer = clock.after(headersMilliseconds, () => request.destroy(new HeadersTimeout()))
      request.once('response', body => {
        stopTimer()
        // Errors of the body reach whoever reads it; one that comes before anybody does must not end the process.
        body.on('error', () => {})
        resolve({ url, status: body.statusCode as number, headers: body.headers, body })
      })
      request.on('error', error => {
        stopTimer()
        if (signal.aborted) reject(signal.reason)
        else if (error instanceof AddressNotPublic)
          reject(
            from === undefined ? addressRefused(url) : redirectRefused(from, 'an address that is not public'),
          )
        else reject(networkFault(error, url))
      })
      request.end()
    })
  }
}

class HeadersTimeout extends Error {
  readonly code = 'ETIMEDOUT'
}

class Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent

  constructor(lookup: LookupFunction | undefined, ca: string | undefined) {
    const options = { keepAlive: true, ...(lookup && { lookup }) }
    this.http = new HttpAgent(options)
    this.https = new HttpsAgent({ ...options, ...(ca && { ca }) })
  }

  destroy(): void {
    this.http.destroy()
    this.https.destroy()
  }
}

/** Reads a short body away, so that its connection can be used again; a long one is not worth that. */
function discard(body: IncomingMessage): void {
  const length = Number(body.headers['content-length'])
  if (length <= largestDrain) body.resume()
  else body.destroy()
}

/**
 * Reads a whole body as JSON.
 *
 * @throws ImpetusError `hub_unavailable` when it is too long, cut or not JSON
 */
export async function readJsonBody(answer: Answer, mostBytes: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > mostBytes)
        throw new ImpetusError(
          'hub_unavailable',
          `${answer.url.host} sends too long an answer. Try again later.`,
        )
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    answer.body.destroy()
    if (error instanceof ImpetusError) throw error
    if (error instanceof SyntaxError)
      throw new ImpetusError(
        'hub_unavailable',
        `${answer.url.host} does not answer as a hub does. Check HF_ENDPOINT.`,
        { cause: error },
      )
    throw networkFault(error, answer.url)
  }
}
