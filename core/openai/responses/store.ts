import { ImpetusError } from '../../contract/errors.ts'
import type { StoredItem, WireItem, WireResponse } from '../../contract/responses.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Row } from '../../platform/database.ts'

/** Steps are never changed once released, only added. */
const migrations = [
  `CREATE TABLE responses (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    previous TEXT,
    expires_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    input TEXT NOT NULL,
    response TEXT NOT NULL
  ) STRICT;
  CREATE INDEX responses_by_expiry ON responses (expires_at);
  CREATE TABLE response_items (
    id TEXT NOT NULL,
    response TEXT NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (id, response)
  ) STRICT;
  CREATE INDEX response_items_by_response ON response_items (response)`,
]

/** What is kept at most; the oldest goes first. */
const most = { responses: 2000, bytes: 128 * 1024 * 1024 }

/** How often what has expired is looked for while nothing is kept anew. */
const sweepMilliseconds = 10 * 60_000

export interface StoreParts {
  readonly database: Database
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly settings: () => { readonly store: boolean; readonly keepHours: number }
}

/** A response with what it was asked with. */
export interface Kept {
  readonly response: WireResponse
  readonly input: readonly StoredItem[]
}

/**
 * Responses that clients go on from by their ids. Each keeps its own input only, and the response before it by name.
 * Going on from one keeps those before it too, so a conversation expires as a whole. An owner sees only its own.
 */
export class ResponseStore {
  readonly #parts: StoreParts
  #stopSweeping: () => void = () => undefined

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /** Whether responses are to be kept at all. */
  get enabled(): boolean {
    return this.#parts.settings().store
  }

  start(): void {
    this.#parts.database.migrate('responses', migrations)
    this.#sweepRegularly()
  }

  stop(): void {
    this.#stopSweeping()
  }

  #sweepRegularly(): void {
    this.sweep()
    this.#stopSweeping = this.#parts.clock.after(sweepMilliseconds, () => this.#sweepRegularly())
  }

  keep({ response, input }: Kept, owner: string): void {
    const { database } = this.#parts
    const [inputText, responseText] = [JSON.stringify(input), JSON.stringify(response)]
    const bytes = inputText.length + responseText.length
    database.transaction(() => {
      this.#forget(response.id)
      database.run(
        'INSERT INTO responses (id, owner, previous, expires_at, bytes, input, response) VALUES (?, ?, ?, ?, ?, ?, ?)',
        response.id,
        owner,
        response.previous_response_id,
        this.#expiry(),
        bytes,
        inputText,
        responseText,
      )
      for (const item of [...input, ...response.output]) {
        database.run(
          'INSERT OR REPLACE INTO response_items (id, response, item) VALUES (?, ?, ?)',
          item.id,
          response.id,
          JSON.stringify(item),
        )
      }
    })
    this.sweep()
  }

  get(id: string, owner: string): Kept | undefined {
    const row = this.#row(id, owner)
    if (row === undefined) return undefined
    return { response: JSON.parse(String(row.response)), input: JSON.parse(String(row.input)) }
  }

  /** Whether there was one. */
  remove(id: string, owner: string): boolean {
    if (this.#row(id, owner) === undefined) return false
    this.#parts.database.transaction(() => this.#forget(id))
    return true
  }

  /**
   * All items up to and with a response, the first one first. They are kept for as long again.
   *
   * @throws `response_not_found` when it, or one before it, is not there any more
   */
  conversation(id: string, owner: string): readonly WireItem[] {
    const chain: (readonly WireItem[])[] = []
    for (let next: string | null = id; next !== null; ) {
      const kept = this.get(next, owner)
      if (kept === undefined) throw notFound(next, 'previous_response_id')
      chain.unshift([...kept.input, ...kept.response.output])
      this.#parts.database.run('UPDATE responses SET expires_at = ? WHERE id = ?', this.#expiry(), next)
      next = kept.response.previous_response_id
    }
    return chain.flat()
  }

  /** An item of any kept response, by its own id. */
  item(id: string, owner: string): WireItem | undefined {
    const row = this.#parts.database.get(
      'SELECT item FROM response_items JOIN responses ON responses.id = response_items.response WHERE response_items.id = ? AND owner = ? AND expires_at > ?',
      id,
      owner,
      this.#parts.clock.now(),
    )
    return row === undefined ? undefined : JSON.parse(String(row.item))
  }

  /** Deletes what has expired and what is too much; everything when nothing is to be kept. */
  sweep(): void {
    const { database, clock } = this.#parts
    database.transaction(() => {
      const horizon = this.enabled ? clock.now() : Number.MAX_SAFE_INTEGER
      for (const row of database.all('SELECT id FROM responses WHERE expires_at <= ?', horizon)) {
        this.#forget(String(row.id))
      }
      let { count, bytes } = this.#size()
      while (count > most.responses || bytes > most.bytes) {
        const oldest = database.get('SELECT id, bytes FROM responses ORDER BY expires_at LIMIT 1')
        if (oldest === undefined) return
        this.#forget(String(oldest.id))
        count -= 1
        bytes -= Number(oldest.bytes)
      }
    })
  }

  #size(): { count: number; bytes: number } {
    const row = this.#parts.database.get('SELECT count(*) AS count, sum(bytes) AS bytes FROM responses')
    return { count: Number(row?.count ?? 0), bytes: Number(row?.bytes ?? 0) }
  }

  #forget(id: string): void {
    this.#parts.database.run('DELETE FROM response_items WHERE response = ?', id)
    this.#parts.database.run('DELETE FROM responses WHERE id = ?', id)
  }

  #row(id: string, owner: string): Row | undefined {
    return this.#parts.database.get(
      'SELECT * FROM responses WHERE id = ? AND owner = ? AND expires_at > ?',
      id,
      owner,
      this.#parts.clock.now(),
    )
  }

  #expiry(): number {
    return this.#parts.clock.now() + this.#parts.settings().keepHours * 3_600_000
  }
}

export function notFound(id: string, param: string): ImpetusError {
  return new ImpetusError(
    'response_not_found',
    `There is no response ${JSON.stringify(id.slice(0, 80))}: it was deleted, has expired, or was never kept. Send the whole conversation as "input".`,
    { param },
  )
}
