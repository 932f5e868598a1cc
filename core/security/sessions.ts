import type { SessionInfo } from '../contract/sign-in.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { fingerprint, newId, newSecret } from './secrets.ts'
import { noteUse } from './use.ts'

/** Steps are never changed once released, only added. */
const migrations = [
  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT`,
]

interface SessionRecord {
  readonly id: string
  readonly client: string
  readonly createdAt: number
  lastUsedAt: number
}

export interface NewSession {
  readonly id: string
  /** The cookie's value. */
  readonly token: string
  /** When it ends unless it is used before. */
  readonly expiresAt: number
  /** How long the browser may keep the cookie: as long as a session can last at most. */
  readonly cookieSeconds: number
}

const dayMilliseconds = 86_400_000
const idleLimit = 7 * dayMilliseconds
const absoluteLimit = 30 * dayMilliseconds
const mostSessions = 100
/** How exact the last use is kept. */
const lastUseMilliseconds = 60_000

/** Browsers that are signed in. They outlive a restart of the core; only fingerprints of their cookies are kept. */
export class Sessions {
  readonly #database: Database
  readonly #clock: Clock
  readonly #byFingerprint = new Map<string, SessionRecord>()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  start(): void {
    this.#database.migrate('sessions', migrations)
    for (const row of this.#database.all('SELECT * FROM sessions ORDER BY created_at')) {
      this.#byFingerprint.set(String(row.fingerprint), {
        id: String(row.id),
        client: String(row.client),
        createdAt: Number(row.created_at),
        lastUsedAt: Number(row.last_used_at),
      })
    }
    this.#dropExpired()
  }

  /** The cookie's value, which is shown to the browser now and never again. */
  create(client: string): NewSession {
    this.#dropExpired()
    const [oldest] = this.#byFingerprint.values()
    if (oldest && this.#byFingerprint.size >= mostSessions) this.revoke(oldest.id)
    const token = newSecret()
    const now = this.#clock.now()
    const record: SessionRecord = { id: newId('session'), client, createdAt: now, lastUsedAt: now }
    this.#database.run(
      'INSERT INTO sessions (id, fingerprint, client, created_at, last_used_at) VALUES (?, ?, ?, ?, ?)',
      record.id,
      fingerprint(token),
      client,
      now,
      now,
    )
    this.#byFingerprint.set(fingerprint(token), record)
    return { token, id: record.id, expiresAt: expiry(record), cookieSeconds: absoluteLimit / 1000 }
  }

  /** The session a cookie belongs to, if it is still good. Notes its use. */
  find(token: string): { id: string; csrfToken: string } | null {
    const record = this.#byFingerprint.get(fingerprint(token))
    const now = this.#clock.now()
    if (!record || expiry(record) <= now) return null
    if (now - record.lastUsedAt >= lastUseMilliseconds) {
      record.lastUsedAt = now
      noteUse(() => this.#database.run('UPDATE sessions SET last_used_at = ? WHERE id = ?', now, record.id))
    }
    return { id: record.id, csrfToken: csrfToken(token) }
  }

  list(current: string | undefined): SessionInfo[] {
    this.#dropExpired()
    return [...this.#byFingerprint.values()].reverse().map(record => ({
      id: record.id,
      client: record.client,
      createdAt: record.createdAt,
      lastUsedAt: record.lastUsedAt,
      expiresAt: expiry(record),
      isThisOne: record.id === current,
    }))
  }

  /** False where there is none with this id. */
  revoke(id: string): boolean {
    for (const [print, record] of this.#byFingerprint) {
      if (record.id !== id) continue
      this.#byFingerprint.delete(print)
      this.#database.run('DELETE FROM sessions WHERE id = ?', id)
      return true
    }
    return false
  }

  #dropExpired(): void {
    const now = this.#clock.now()
    for (const record of [...this.#byFingerprint.values()]) if (expiry(record) <= now) this.revoke(record.id)
  }
}

/** Made from the cookie, so that there is nothing more to keep; a page cannot read the cookie, and nobody can turn it round. */
export function csrfToken(token: string): string {
  return fingerprint(`csrf ${token}`)
}

function expiry(record: SessionRecord): number {
  return Math.min(record.lastUsedAt + idleLimit, record.createdAt + absoluteLimit)
}
