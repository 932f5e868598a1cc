import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { cannotUse } from './home.ts'

const sqliteBusy = 5

/**
 * One core per home. The lock is SQLite's exclusive lock on a file of its own: the kernel drops it with the process,
 * however that ends, so there is no stale lock to guess about (a pid file needs guessing: pids come again). The file
 * stays; only the lock on it counts.
 */
export class HomeLock {
  readonly #path: string
  #handle: DatabaseSync | undefined

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Takes the lock, waiting up to `patience` milliseconds for it (this stops the event loop). Answers false when
   * another process holds it.
   *
   * @throws ExitError `cannotCreate` when the file cannot be made
   */
  acquire(patience = 0): boolean {
    let handle: DatabaseSync | undefined
    try {
      handle = new DatabaseSync(this.#path, { timeout: patience })
      handle.exec('BEGIN EXCLUSIVE')
      chmodSync(this.#path, 0o600)
    } catch (error) {
      handle?.close()
      if ((error as { errcode?: unknown }).errcode === sqliteBusy) return false
      throw cannotUse(this.#path, error)
    }
    this.#handle = handle
    return true
  }

  release(): void {
    this.#handle?.close()
    this.#handle = undefined
  }
}
