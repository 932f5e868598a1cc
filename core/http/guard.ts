import { ImpetusError } from '../contract/errors.ts'
import { uploadPath } from '../contract/library-files.ts'
import type { Transport } from './env.ts'
import type { GuardPolicy } from './guard-policy.ts'

/** What the guard looks at: the parts of Node's `IncomingMessage` that stand before the body. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly rawHeaders: readonly string[]
}

export type Verdict =
  /** `corsOrigin`: another origin that may read the answer. */
  | { readonly kind: 'pass'; readonly corsOrigin: string | null }
  | { readonly kind: 'preflight'; readonly corsOrigin: string }
  | { readonly kind: 'refuse'; readonly error: ImpetusError; readonly allow?: string }

const pass: Verdict = { kind: 'pass', corsOrigin: null }
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request may come in at all, from its head alone. The order is: a well-formed request, the host it thinks
 * it talks to (against DNS rebinding), the page it comes from, then the body it announces. Pure.
 */
export function judge(head: RequestHead, policy: GuardPolicy, transport: Transport): Verdict {
  const headers = readHeaders(head.rawHeaders)
  const error =
    refuseShape(head, headers, policy) ??
    (transport === 'socket' ? refusePage(headers) : refuseHost(headers, policy)) ??
    (transport === 'socket' ? undefined : refuseOrigin(head, headers, policy)) ??
    refuseBody(head, headers, policy)
  if (error)
    return error.code === 'method_not_allowed' ? { kind: 'refuse', error, allow } : { kind: 'refuse', error }
  if (headers.origin === undefined) return pass
  if (head.method === 'OPTIONS' && headers.preflight) return { kind: 'preflight', corsOrigin: headers.origin }
  return policy.ownOrigins.has(headers.origin) ? pass : { kind: 'pass', corsOrigin: headers.origin }
}

const allow = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

interface Headers {
  count: number
  hosts: number
  host: string
  origins: number
  origin?: string
  site?: string
  mode?: string
  type?: string
  encoding?: string
  length?: string
  chunked: boolean
  preflight: boolean
}

/** One walk over the headers as they came: Node's `headers` object drops a second Host without a word. */
function readHeaders(raw: readonly string[]): Headers {
  const found: Headers = {
    count: raw.length / 2,
    hosts: 0,
    host: '',
    origins: 0,
    chunked: false,
    preflight: false,
  }
  for (let index = 0; index < raw.length; index += 2) {
    const value = raw[index + 1] ?? ''
    switch (raw[index]?.toLowerCase()) {
      case 'host':
        found.hosts++
        found.host = value
        break
      case 'origin':
        found.origins++
        found.origin = value
        break
      case 'sec-fetch-site':
        found.site = value
        break
      case 'sec-fetch-mode':
        found.mode = value
        break
      case 'content-type':
        found.type = value
        break
      case 'content-encoding':
        found.encoding = value
        break
      case 'content-length':
        found.length = value
        break
      case 'transfer-encoding':
        found.chunked = true
        break
      case 'access-control-request-method':
        found.preflight = true
        break
    }
  }
  return found
}

function refuseShape(head: RequestHead, headers: Headers, policy: GuardPolicy): ImpetusError | undefined {
  if (head.method === 'CONNECT' || head.method === 'TRACE') {
    return new ImpetusError('method_not_allowed', `Impetus does not take ${head.method}.`)
  }
  if (!head.url?.startsWith('/')) {
    return new ImpetusError('bad_request', 'Ask for a path that begins with "/". Impetus is not a proxy.')
  }
  if (headers.count > policy.headerCount) {
    return new ImpetusError('headers_too_large', `Send at most ${policy.headerCount} headers.`)
  }
  return undefined
}

function refuseHost(headers: Headers, policy: GuardPolicy): ImpetusError | undefined {
  if (headers.hosts !== 1 || headers.host === '') {
    return new ImpetusError('bad_host', 'Send exactly one Host header.')
  }
  if (policy.hosts.has(headers.host.toLowerCase())) return undefined
  return new ImpetusError(
    'host_not_allowed',
    `Impetus does not answer for the host ${quoted(headers.host)}. Use the address it printed at start, or add the name to server.allowedHosts in the settings.`,
  )
}

/** A browser cannot reach a Unix socket: whoever relays a page's request there is not to be trusted with full rights. */
function refusePage(headers: Headers): ImpetusError | undefined {
  if (headers.origins === 0) return undefined
  return new ImpetusError('origin_not_allowed', 'The socket takes no requests from web pages.')
}

function refuseOrigin(head: RequestHead, headers: Headers, policy: GuardPolicy): ImpetusError | undefined {
  const { origin } = headers
  if (origin !== undefined) {
    if (headers.origins === 1 && isAllowedOrigin(origin, policy)) return undefined
    return new ImpetusError(
      'origin_not_allowed',
      `Pages from ${quoted(origin)} may not call Impetus. Add the origin to server.allowedOrigins in the settings if you trust it.`,
    )
  }
  if (headers.site !== 'cross-site') return undefined
  // Without an Origin a browser's cross-site request is a link somebody followed, or a page's <img> and the like.
  if (safeMethods.has(head.method ?? '') && headers.mode === 'navigate') return undefined
  return new ImpetusError('origin_not_allowed', 'Pages from other sites may not call Impetus.')
}

function isAllowedOrigin(origin: string, policy: GuardPolicy): boolean {
  if (policy.ownOrigins.has(origin) || policy.origins.has(origin)) return true
  return policy.originSchemes.some(scheme => origin.startsWith(scheme))
}

const jsonType = /^application\/json[ \t]*(?:;|$)/i
const bytesType = /^application\/octet-stream[ \t]*(?:;|$)/i

function refuseBody(head: RequestHead, headers: Headers, policy: GuardPolicy): ImpetusError | undefined {
  if (!headers.chunked && (headers.length === undefined || Number(headers.length) === 0)) return undefined
  if (headers.encoding !== undefined && headers.encoding.toLowerCase() !== 'identity') {
    return new ImpetusError('unsupported_media_type', 'Send the body uncompressed, without Content-Encoding.')
  }
  // Pages of other origins cannot send this type without asking first, as with JSON.
  const isUpload = head.method === 'PUT' && uploadPath.test(head.url ?? '')
  if (!(isUpload ? bytesType : jsonType).test(headers.type ?? '')) {
    return new ImpetusError(
      'unsupported_media_type',
      `Send the header "Content-Type: ${isUpload ? 'application/octet-stream' : 'application/json'}".`,
    )
  }
  if (Number(headers.length) > policy.bodyBytes) return tooLarge(policy.bodyBytes)
  return undefined
}

/** The refusal of a body over the limit, told at once or found while reading. */
export function tooLarge(bytes: number): ImpetusError {
  const limit = bytes >= 1_048_576 ? `${Math.floor(bytes / 1_048_576)} MB` : `${bytes} bytes`
  return new ImpetusError('request_too_large', `The body is larger than ${limit}. Send less at once.`)
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
