import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { FakeFile } from './files.ts'
import { sendFile } from './send.ts'

export interface FakeModel {
  /** owner/name */
  readonly id: string
  readonly files: FakeFile[]
  readonly gated: false | 'auto' | 'manual'
  readonly private: boolean
  readonly downloads: number
  readonly likes: number
  readonly trendingScore: number
  readonly lastModified: string
  readonly tags: readonly string[]
  readonly gguf:
    | { readonly total: number; readonly architecture: string; readonly context_length: number }
    | undefined
  readonly cardData: object | undefined
}

/** A request as it came in, and what went out for it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  status: number
  /** Bytes of the body given to the system. */
  sent: number
}

export interface FakeHubOptions {
  readonly host?: string
  readonly tls?: { readonly key: string; readonly cert: string }
}

/**
 * A hub on loopback, as far as Impetus uses one: search, model facts, file lists, files. It speaks the API as the hub's
 * documentation and the types of @huggingface/hub describe it (tests/hub/fake-hub.test.ts drives it with that package),
 * and misbehaves where it is told to.
 */
export class FakeHub implements AsyncDisposable {
  readonly models = new Map<string, FakeModel>()
  /** Files at plain addresses, which belong to no model. */
  readonly plain = new Map<string, FakeFile>()
  readonly seen: Seen[] = []
  /** Tokens that the hub knows, with the gated or private models their account may read. */
  readonly accounts = new Map<string, ReadonlySet<string>>()
  /** Answers API calls with this status where it is set. */
  apiStatus: { readonly status: number; readonly headers?: Record<string, string>; times: number } | undefined
  /** Files to a page of a listing, and the origin that its link to the next page names. */
  treePages: { readonly size: number; readonly origin?: string } = { size: 1000 }
  /** Where files are redirected to; by default to this very server, as a mirror does. */
  storage: string | undefined
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #secure: boolean

  private constructor({ tls }: FakeHubOptions) {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response)
    this.#secure = tls !== undefined
    this.#server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer)
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(options: FakeHubOptions = {}): Promise<FakeHub> {
    const hub = new FakeHub(options)
    await new Promise<void>(resolve => hub.#server.listen(0, options.host ?? '127.0.0.1', resolve))
    return hub
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get origin(): string {
    const { address, family } = this.#server.address() as AddressInfo
    return `${this.#secure ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${this.port}`
  }

  /** Bytes of files that went out, to everybody. */
  get bytesSent(): number {
    return this.seen.reduce((sum, each) => sum + (isFilePath(each.path) ? each.sent : 0), 0)
  }

  requestsFor(part: string): Seen[] {
    return this.seen.filter(each => each.path.includes(part))
  }

  add(id: string, files: readonly FakeFile[], facts: Partial<FakeModel> = {}): FakeModel {
    const model: FakeModel = {
      id,
      files: [...files],
      gated: false,
      private: false,
      downloads: 10,
      likes: 1,
      trendingScore: 0,
      lastModified: '2026-01-02T03:04:05.000Z',
      tags: ['gguf', 'license:mit'],
      gguf: undefined,
      cardData: undefined,
      ...facts,
    }
    this.models.set(id, model)
    return model
  }

  addPlain(path: string, file: FakeFile): string {
    this.plain.set(path, file)
    return `${this.origin}/plain/${path}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.origin)
    const seen: Seen = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      status: 0,
      sent: 0,
    }
    this.seen.push(seen)
    response.on('close', () => {
      seen.status = response.statusCode
    })
    const [first, ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent)
    if (first === 'api' && rest[0] === 'models') this.#api(rest.slice(1), url, request, response)
    else if (first === 'storage') this.#stored(rest, seen, request, response)
    else if (first === 'plain') this.#plain(rest.join('/'), seen, request, response)
    else if (first !== undefined && rest[1] === 'resolve')
      this.#resolve(`${first}/${rest[0]}`, rest[2] ?? '', rest.slice(3).join('/'), request, response)
    else refuse(response, 404, 'NotFound', 'Sorry, we can’t find the page you are looking for.')
  }

  #api(rest: readonly string[], url: URL, request: IncomingMessage, response: ServerResponse): void {
    if (this.apiStatus !== undefined && this.apiStatus.times-- > 0) {
      response.writeHead(this.apiStatus.status, this.apiStatus.headers).end()
      return
    }
    if (!this.#knowsToken(request, response)) return
    if (rest.length === 0) {
      const { page, next } = search(
        [...this.models.values()].filter(model => !model.private),
        url,
      )
      if (next !== undefined) response.setHeader('link', `<${next}>; rel="next"`)
      sendJson(
        response,
        page.map(model => facts(model, url.searchParams.getAll('expand'))),
      )
      return
    }
    const [owner, name, kind, revision] = rest
    const model = this.#visible(`${owner}/${name}`, request, response)
    if (model === undefined) return
    if (!isRevision(model, revision ?? 'main')) {
      refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
      return
    }
    if (kind === 'tree') this.#tree(model, url, response)
    else sendJson(response, facts(model, url.searchParams.getAll('expand')))
  }

  #tree(model: FakeModel, url: URL, response: ServerResponse): void {
    const { size, origin = this.origin } = this.treePages
    const from = Number(url.searchParams.get('cursor') ?? '0')
    const next = new URL(url.pathname + url.search, origin)
    next.searchParams.set('cursor', String(from + size))
    if (from + size < model.files.length) response.setHeader('link', `<${next.href}>; rel="next"`)
    sendJson(response, model.files.slice(from, from + size).map(listing))
  }

  /** A file's address on the hub: facts in the headers, and the way to the storage. */
  #resolve(
    id: string,
    revision: string,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (!this.#knowsToken(request, response)) return
    const model = this.#visible(id, request, response)
    if (model === undefined) return
    if (model.gated !== false && !this.#mayRead(model, request)) {
      const stranger = request.headers.authorization === undefined
      refuse(
        response,
        stranger ? 401 : 403,
        'GatedRepo',
        `Access to model ${id} is restricted. You must have access to it and be authenticated to access it.`,
      )
      return
    }
    const file = model.files.find(each => each.path === path)
    if (file === undefined || !isRevision(model, revision)) {
      refuse(response, 404, file === undefined ? 'EntryNotFound' : 'RevisionNotFound', 'Entry not found')
      return
    }
    const storage = this.storage ?? this.origin
    response.writeHead(302, {
      'x-repo-commit': commitOf(model),
      'x-linked-size': String(file.content.length),
      'x-linked-etag': `"${file.sha256}"`,
      'accept-ranges': 'bytes',
      location: file.faults.redirect ?? `${storage}/storage/${id}/${path}?Signature=abc`,
    })
    response.end()
  }

  #stored(rest: readonly string[], seen: Seen, request: IncomingMessage, response: ServerResponse): void {
    const file = this.models
      .get(`${rest[0]}/${rest[1]}`)
      ?.files.find(each => each.path === rest.slice(2).join('/'))
    if (file === undefined) response.writeHead(404).end()
    else sendFile(file, seen, request, response)
  }

  #plain(path: string, seen: Seen, request: IncomingMessage, response: ServerResponse): void {
    const file = this.plain.get(path)
    if (file === undefined) response.writeHead(404).end()
    else if (file.faults.redirect !== undefined)
      response.writeHead(302, { location: file.faults.redirect }).end()
    else sendFile(file, seen, request, response)
  }

  #knowsToken(request: IncomingMessage, response: ServerResponse): boolean {
    const { authorization } = request.headers
    if (authorization === undefined || this.accounts.has(authorization.replace(/^Bearer /, ''))) return true
    refuse(response, 401, undefined, 'Invalid credentials in Authorization header')
    return false
  }

  #visible(id: string, request: IncomingMessage, response: ServerResponse): FakeModel | undefined {
    const model = this.models.get(id)
    if (model !== undefined && (!model.private || this.#mayRead(model, request))) return model
    const stranger = request.headers.authorization === undefined
    refuse(
      response,
      stranger ? 401 : 404,
      'RepoNotFound',
      stranger ? 'Invalid username or password.' : 'Repository not found',
    )
    return undefined
  }

  #mayRead(model: FakeModel, { headers }: IncomingMessage): boolean {
    return this.accounts.get(headers.authorization?.replace(/^Bearer /, '') ?? '')?.has(model.id) === true
  }
}

function isFilePath(path: string): boolean {
  return path.startsWith('/storage/') || path.startsWith('/plain/')
}

export function commitOf(model: FakeModel): string {
  return createHash('sha1').update(model.id).digest('hex')
}

function isRevision(model: FakeModel, revision: string): boolean {
  return revision === 'main' || revision === 'HEAD' || revision === commitOf(model)
}

const sortKeys = ['downloads', 'likes', 'trendingScore', 'lastModified'] as const

function search(models: readonly FakeModel[], url: URL): { page: FakeModel[]; next: string | undefined } {
  const { searchParams } = url
  const text = searchParams.get('search')?.toLowerCase()
  const author = searchParams.get('author')
  const tags = searchParams.getAll('filter')
  const [, min] = /min:([\d.]+)B/.exec(searchParams.get('num_parameters') ?? '') ?? []
  const [, max] = /max:([\d.]+)B/.exec(searchParams.get('num_parameters') ?? '') ?? []
  const found = models.filter(
    ({ id, tags: own, gguf }) =>
      (!text || id.toLowerCase().includes(text)) &&
      (!author || id.startsWith(`${author}/`)) &&
      tags.every(tag => own.includes(tag)) &&
      (min === undefined || (gguf?.total ?? 0) >= Number(min) * 1e9) &&
      (max === undefined || (gguf?.total ?? 0) <= Number(max) * 1e9),
  )
  const key = sortKeys.find(each => each === searchParams.get('sort')) ?? 'trendingScore'
  found.sort((a, b) => (a[key] < b[key] ? 1 : a[key] > b[key] ? -1 : 0))
  const from = Number(searchParams.get('cursor') ?? '0')
  const limit = Number(searchParams.get('limit') ?? '1000')
  const next = new URL(url)
  next.searchParams.set('cursor', String(from + limit))
  return { page: found.slice(from, from + limit), next: from + limit < found.length ? next.href : undefined }
}

/** With `expand`, only what is asked for, as the hub does it. */
function facts(model: FakeModel, expand: readonly string[]): object {
  const { id, private: isPrivate, files, ...rest } = model
  const all: Record<string, unknown> = {
    ...rest,
    sha: commitOf(model),
    private: isPrivate,
    author: id.split('/')[0],
  }
  all.siblings = files.map(file => ({ rfilename: file.path }))
  const names = expand.length > 0 ? expand : Object.keys(all)
  return {
    _id: commitOf(model).slice(0, 24),
    id,
    ...Object.fromEntries(names.flatMap(name => (all[name] === undefined ? [] : [[name, all[name]]]))),
  }
}

function listing(file: FakeFile): object {
  const bytes = file.listed.bytes ?? file.content.length
  const oid = createHash('sha1').update(file.path).digest('hex')
  const plain = { type: 'file', oid, size: bytes, path: file.path }
  if (!/\.gguf$/i.test(file.path)) return plain
  return {
    ...plain,
    lfs: { oid: file.listed.sha256 ?? file.sha256, size: bytes, pointerSize: 135 },
    xetHash: createHash('sha256').update(`xet ${file.path}`).digest('hex'),
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}

function refuse(response: ServerResponse, status: number, code: string | undefined, message: string): void {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-error-message': message.replace('’', "'"),
  }
  if (code !== undefined) headers['x-error-code'] = code
  response.writeHead(status, headers).end(JSON.stringify({ error: message }))
}
