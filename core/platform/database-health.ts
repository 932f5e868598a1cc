import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export type Health =
  | { readonly state: 'missing' }
  | { readonly state: 'good' }
  | { readonly state: 'damaged'; readonly reason: string }

const sqliteCorrupt = 11
const sqliteNotADatabase = 26

/**
 * Looks a database over before it is used. `quick_check` reads every page but skips comparing indexes with tables: an
 * empty home takes about a millisecond. Errors that are not damage (permissions, a lock) are left to the real opening.
 */
export function isHealthy(path: string): Health {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return { state: 'missing' }
  // SQLite takes an empty file for a new database; ours are never empty once start() is through.
  if (size === 0) return { state: 'damaged', reason: 'the file is empty' }
  let handle: DatabaseSync | undefined
  try {
    handle = new DatabaseSync(path, { timeout: 200 })
    const answer = handle.prepare('PRAGMA quick_check(1)').get()?.quick_check
    return answer === 'ok' ? { state: 'good' } : { state: 'damaged', reason: String(answer) }
  } catch (error) {
    const code = Number((error as { errcode?: unknown }).errcode) & 0xff
    if (code === sqliteCorrupt || code === sqliteNotADatabase)
      return { state: 'damaged', reason: (error as Error).message }
    return { state: 'good' }
  } finally {
    handle?.close()
  }
}
