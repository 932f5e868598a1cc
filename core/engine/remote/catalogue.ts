import type { Log } from '../../platform/log.ts'
import type { Connection } from './connection.ts'
import { count, field, list } from './json.ts'

/** A model of another server, under the name it has here. */
export interface RemoteEntry {
  readonly id: string
  readonly server: string
  /** As the server names it. */
  readonly name: string
  /** Tokens; a guess where the server does not tell, which is none of its limits. */
  readonly contextLength: number
  readonly kind: 'text' | 'embedding' | 'reranking'
  readonly connection: Connection
}

/** Of models whose server does not tell. */
const unknownContext = 131_072

/** How long a list is good for. Nobody is asked while nobody looks. */
const freshMilliseconds = 30_000

/** The models of all servers, as they were last seen: a server that is away keeps the models it had. */
export class Catalogue {
  #connections: readonly Connection[]
  readonly #log: Log
  readonly #now: () => number
  readonly #seen = new Map<Connection, readonly RemoteEntry[]>()
  readonly #stopped = new AbortController()
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(connections: readonly Connection[], log: Log, now: () => number = () => performance.now()) {
    this.#connections = connections
    this.#log = log
    this.#now = now
  }

  stop(): void {
    this.#stopped.abort(new DOMException('Nobody needs the list any more.', 'AbortError'))
  }

  /**
   * Other servers from now on, or the same ones otherwise.
   *
   * @returns ids of the models whose connection is not in use any more
   */
  use(connections: readonly Connection[]): string[] {
    const gone = [...this.#seen].filter(([connection]) => !connections.includes(connection))
    for (const [connection] of gone) this.#seen.delete(connection)
    this.#connections = connections
    this.#readAt = Number.NEGATIVE_INFINITY
    return gone.flatMap(([, entries]) => entries.map(({ id }) => id))
  }

  /** Of several that come to the same id, the first. */
  entries(): readonly RemoteEntry[] {
    const all = [...this.#seen.values()].flat()
    return all.filter(({ id }, index) => all.findIndex(one => one.id === id) === index)
  }

  /** Asks the servers again unless that was done just now. Never rejects. */
  refresh(force = false): Promise<void> {
    if (this.#reading === undefined && !force && this.#now() - this.#readAt < freshMilliseconds)
      return Promise.resolve()
    this.#reading ??= Promise.all(this.#connections.map(one => this.#read(one))).then(() => {
      this.#reading = undefined
      this.#readAt = this.#now()
    })
    return this.#reading
  }

  async #read(connection: Connection): Promise<void> {
    const { name: server, models } = connection.server
    try {
      const listed = await connection.models(this.#stopped.signal)
      // Another list of servers may have come meanwhile.
      if (!this.#connections.includes(connection)) return
      const chosen = models === null ? listed : models.map(name => named(listed, name))
      this.#seen.set(
        connection,
        chosen.map(({ name, said }) => ({
          id: remoteId(server, name),
          server,
          name,
          connection,
          ...told(said),
        })),
      )
    } catch (error) {
      if (this.#stopped.signal.aborted) return
      const why = error instanceof Error ? error.message : String(error)
      this.#log.warn('models of another server not listed', { server, why })
      if (this.#seen.has(connection) || models === null || !this.#connections.includes(connection)) return
      const nothing = { contextLength: unknownContext, kind: 'text' as const }
      this.#seen.set(
        connection,
        models.map(name => ({ id: remoteId(server, name), server, name, connection, ...nothing })),
      )
    }
  }
}

function named(listed: readonly { name: string; said: unknown }[], name: string) {
  return listed.find(one => one.name === name) ?? { name, said: undefined }
}

/** What servers say of a model beside its name, each in its own way. */
function told(said: unknown): Pick<RemoteEntry, 'contextLength' | 'kind'> {
  const contextLength =
    count(field(said, 'max_model_len')) ??
    count(field(said, 'context_length')) ??
    count(field(field(said, 'meta'), 'n_ctx_train')) ??
    unknownContext
  const capabilities = list(field(said, 'capabilities'))
  if (capabilities.includes('embedding')) return { contextLength, kind: 'embedding' }
  return { contextLength, kind: capabilities.includes('rerank') ? 'reranking' : 'text' }
}

/** `cluster` and `Qwen/Qwen3-8B` are `cluster-qwen-qwen3-8b`: lower case, no slash, never like one of OpenAI's. */
export function remoteId(server: string, name: string): string {
  const id = `${server}-${name}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return /^(gpt|o)/.test(id) ? `remote-${id}` : id
}
