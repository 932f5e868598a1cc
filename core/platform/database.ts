import { chmodSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { ImpetusError } from '../contract/errors.ts'
import { backUp, backUpNow, newestGoodBackup, setAside } from './database-backup.ts'
import { isHealthy } from './database-health.ts'
import { ExitError } from './exit.ts'
import { cannotUse } from './home.ts'
import type { Log } from './log.ts'

export type Value = SQLInputValue
export type Row = Record<string, string | number | null | Uint8Array>

export interface DatabaseParts {
  readonly path: string
  readonly backups: string
  readonly log: Log
}

/** What start() found. `restored` and `fresh` follow damage: whoever keeps keys here must treat them as possibly old or gone. */
export type DatabaseOrigin = 'opened' | 'created' | 'restored' | 'fresh'

/**
 * The one SQLite file of a home, shared by the rooms: each has its own tables and its own list of migrations. Calls are
 * synchronous (they take microseconds); do long scans in pieces.
 *
 * A damaged file is moved aside, never deleted, and replaced by the newest good backup.
 */
export class Database {
  readonly #parts: DatabaseParts
  readonly #statements = new Map<string, StatementSync>()
  #handle: DatabaseSync | undefined
  #origin: DatabaseOrigin = 'opened'
  /** One at a time. */
  #backingUp = Promise.resolve()

  constructor(parts: DatabaseParts) {
    this.#parts = parts
  }

  get origin(): DatabaseOrigin {
    return this.#origin
  }

  /** @throws ExitError `cannotCreate` when the file cannot be opened or made */
  start(): void {
    const { path, backups, log } = this.#parts
    const found = isHealthy(path)
    if (found.state === 'damaged') {
      const aside = setAside(path)
      const backup = newestGoodBackup(backups, path)
      this.#origin = backup === undefined ? 'fresh' : 'restored'
      log.error('The database is damaged and was moved aside', undefined, {
        reason: found.reason,
        movedTo: aside,
        replacedBy: backup ?? 'a new, empty database',
      })
    } else {
      this.#origin = found.state === 'missing' ? 'created' : 'opened'
    }
    this.#handle = this.#open(path)
  }

  stop(): void {
    this.#statements.clear()
    this.#handle?.close()
    this.#handle = undefined
  }

  /**
   * Brings a room's tables up to date: `steps[n]` is SQL that leads from version n to n + 1. Steps are never changed
   * once released, only added. The database is backed up before steps run on one that has data.
   *
   * @throws ExitError `configuration` when a newer Impetus has written this database
   */
  migrate(room: string, steps: readonly string[]): void {
    const row = this.get('SELECT version FROM rooms WHERE name = ?', room)
    const version = Number(row?.version ?? 0)
    if (version > steps.length) {
      throw new ExitError(
        'configuration',
        `The database was written by a newer Impetus (${room} ${version}, this one knows ${steps.length}). Update Impetus, or set IMPETUS_HOME to another folder.`,
      )
    }
    if (version === steps.length) return
    if (version > 0) this.#copy()
    this.transaction(() => {
      for (const step of steps.slice(version)) this.#database.exec(step)
      this.run(
        'INSERT INTO rooms (name, version) VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
        room,
        steps.length,
      )
    })
    this.#checkpoint()
  }

  /**
   * Writes a whole copy into the backups folder and drops the oldest ones, beside the event loop. Wait for it after what
   * must not be lost, or come back, with a damaged file. Never rejects: the change it follows has been made, and a full
   * disk does not undo it.
   */
  backUp(): Promise<void> {
    this.#backingUp = this.#backingUp.then(async () => {
      const handle = this.#handle
      if (handle === undefined) return
      try {
        await backUp(handle, this.#parts.backups)
        if (handle === this.#handle) this.#checkpoint()
      } catch (error) {
        if (handle === this.#handle) this.#parts.log.error('The database could not be backed up', error)
      }
    })
    return this.#backingUp
  }

  #copy(): void {
    this.#guard(() => backUpNow(this.#database, this.#parts.backups))
    this.#checkpoint()
  }

  get(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values) as Row | undefined)
  }

  all(sql: string, ...values: readonly Value[]): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values) as Row[])
  }

  /** Answers the number of rows changed. */
  run(sql: string, ...values: readonly Value[]): number {
    return this.#guard(() => Number(this.#prepare(sql).run(...values).changes))
  }

  /** All of the work, or, when it throws, none. Not for nesting, and `work` must not wait for anything. */
  transaction<T>(work: () => T): T {
    this.#guard(() => this.#database.exec('BEGIN IMMEDIATE'))
    try {
      const result = work()
      this.#guard(() => this.#database.exec('COMMIT'))
      return result
    } catch (error) {
      // SQLite has already rolled back by itself after some errors (a full disk).
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Moves everything into the main file, so that a lost write-ahead log costs little. A reader that is in the way is no fault. */
  #checkpoint(): void {
    this.#guard(() => this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  }

  get #database(): DatabaseSync {
    if (this.#handle === undefined) throw new Error('The database is not open.')
    return this.#handle
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #open(path: string): DatabaseSync {
    try {
      // The home's lock keeps other cores out; a person with a database browser is waited for only briefly, because
      // the wait stops the event loop.
      const handle = new DatabaseSync(path, { timeout: 200 })
      handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
      handle.exec('CREATE TABLE IF NOT EXISTS rooms (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT')
      chmodSync(path, 0o600)
      return handle
    } catch (error) {
      throw startError(path, error)
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw plainError(error)
    }
  }
}

const sqliteBusy = 5
const sqliteLocked = 6
const sqliteFull = 13
/** Bytes below which not even an empty database opens. */
const leastRoom = 128 * 1024

/** Primary result code (the low byte) of an error thrown by node:sqlite. */
function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' ? code & 0xff : 0
}

function plainError(error: unknown): unknown {
  const code = resultCode(error)
  if (code === sqliteBusy || code === sqliteLocked) {
    return new ImpetusError(
      'database_busy',
      'Another program has impetus.db open. Close it, then try again.',
      { cause: error, retryAfter: 1 },
    )
  }
  if (code === sqliteFull) {
    return new ImpetusError(
      'insufficient_storage',
      'The disk is full, so nothing was saved. Free some space, then try again.',
      { cause: error },
    )
  }
  return error
}

function startError(path: string, error: unknown): unknown {
  const code = resultCode(error)
  if (code === sqliteBusy || code === sqliteLocked) {
    return new ExitError(
      'temporary',
      `Another program has ${path} open. Close it, then start Impetus again.`,
      error,
    )
  }
  // Without room for its shared memory SQLite only says "disk I/O error".
  return code === sqliteFull || isFull(dirname(path))
    ? cannotUse(path, Object.assign(new Error('disk full'), { code: 'ENOSPC' }))
    : cannotUse(path, error)
}

function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize < leastRoom
}
