import { grantedScopes, type KeyInfo, keyPattern } from '../contract/keys.ts'
import type { GrantedScope } from '../http/env.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Row } from '../platform/database.ts'
import { fingerprint, newId, newSecret } from './secrets.ts'
import { noteUse } from './use.ts'

/** Steps are never changed once released, only added. */
const migrations = [
  `CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    preview TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
  ) STRICT`,
]

interface KeyRecord extends KeyInfo {
  readonly granted: ReadonlySet<GrantedScope>
  readonly revokedAt: number | null
}

/** What a key that was sent turned out to be. */
export type KeyCheck =
  | {
      readonly kind: 'good'
      readonly id: string
      readonly name: string
      readonly scopes: ReadonlySet<GrantedScope>
    }
  | { readonly kind: 'unknown' | 'expired' | 'revoked' }

/** How exact the last use is kept: one write a minute for a key in use. */
const lastUseMilliseconds = 60_000

/** API keys, of which only fingerprints are kept. All are in memory: a check costs one hash. */
export class Keys {
  readonly #database: Database
  readonly #clock: Clock
  readonly #byFingerprint = new Map<string, KeyRecord>()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  start(): void {
    this.#database.migrate('keys', migrations)
    for (const row of this.#database.all('SELECT * FROM keys')) {
      this.#byFingerprint.set(String(row.fingerprint), fromRow(row))
    }
  }

  /** Keys that open something now. */
  get validCount(): number {
    const now = this.#clock.now()
    return [...this.#byFingerprint.values()].filter(key => key.revokedAt === null && !isExpired(key, now))
      .length
  }

  /** The newest first, without the revoked ones. */
  list(): KeyInfo[] {
    return [...this.#byFingerprint.values()]
      .filter(key => key.revokedAt === null)
      .sort((a, b) => b.createdAt - a.createdAt)
      .map(({ granted: _, revokedAt: __, ...info }) => info)
  }

  /** `key` is shown to its owner now and never again. */
  create(wish: { name: string; scopes: readonly GrantedScope[]; expiresAt: number | null }): {
    key: string
    info: KeyInfo
  } {
    const key = `imp_${newSecret()}`
    const granted = new Set(wish.scopes)
    const info: KeyInfo = {
      id: newId('key'),
      name: wish.name,
      preview: `${key.slice(0, 8)}…`,
      scopes: [...granted],
      createdAt: this.#clock.now(),
      expiresAt: wish.expiresAt,
      lastUsedAt: null,
    }
    this.#database.run(
      'INSERT INTO keys (id, fingerprint, name, preview, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      info.id,
      fingerprint(key),
      info.name,
      info.preview,
      info.scopes.join(' '),
      info.createdAt,
      info.expiresAt,
    )
    this.#byFingerprint.set(fingerprint(key), { ...info, granted, revokedAt: null })
    return { key, info }
  }

  /** The name of the key that is no more; `null` where there is none with this id. Call `backUp()` when its requests are ended. */
  revoke(id: string): string | null {
    for (const [print, key] of this.#byFingerprint) {
      if (key.id !== id || key.revokedAt !== null) continue
      const revokedAt = this.#clock.now()
      this.#database.run('UPDATE keys SET revoked_at = ? WHERE id = ?', revokedAt, id)
      this.#byFingerprint.set(print, { ...key, revokedAt })
      return key.name
    }
    return null
  }

  /** A backup from before a new key has lost it; one from before a revocation would bring the key back to life. */
  backUp(): Promise<void> {
    return this.#database.backUp()
  }

  /** Notes the use of a good one. */
  check(sent: string): KeyCheck {
    if (!keyPattern.test(sent)) return { kind: 'unknown' }
    const print = fingerprint(sent)
    const key = this.#byFingerprint.get(print)
    if (!key) return { kind: 'unknown' }
    const now = this.#clock.now()
    if (key.revokedAt !== null) return { kind: 'revoked' }
    if (isExpired(key, now)) return { kind: 'expired' }
    if (now - (key.lastUsedAt ?? 0) >= lastUseMilliseconds) {
      this.#byFingerprint.set(print, { ...key, lastUsedAt: now })
      noteUse(() => this.#database.run('UPDATE keys SET last_used_at = ? WHERE id = ?', now, key.id))
    }
    return { kind: 'good', id: key.id, name: key.name, scopes: key.granted }
  }
}

function isExpired(key: KeyRecord, now: number): boolean {
  return key.expiresAt !== null && key.expiresAt <= now
}

function fromRow(row: Row): KeyRecord {
  const words = String(row.scopes).split(' ')
  const scopes = grantedScopes.filter(scope => words.includes(scope))
  return {
    id: String(row.id),
    name: String(row.name),
    preview: String(row.preview),
    scopes,
    granted: new Set(scopes),
    createdAt: Number(row.created_at),
    expiresAt: numberOrNull(row.expires_at),
    lastUsedAt: numberOrNull(row.last_used_at),
    revokedAt: numberOrNull(row.revoked_at),
  }
}

function numberOrNull(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}
