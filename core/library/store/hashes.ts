import type { Database } from '../../platform/database.ts'

/** SHA-256 of files, by inode, size and time, and what others promised that a file should hash to. */
export class Hashes {
  readonly #database: Database
  readonly #computed = new Map<string, string>()

  constructor(database: Database) {
    this.#database = database
  }

  start(): void {
    for (const row of this.#database.all('SELECT print, sha256 FROM library_hashes'))
      this.#computed.set(String(row.print), String(row.sha256))
  }

  /** @param print inode, size and time of one file */
  get(print: string): string | undefined {
    return this.#computed.get(print)
  }

  save(print: string, sha256: string, now: number): void {
    this.#database.run('INSERT OR REPLACE INTO library_hashes VALUES (?, ?, ?)', print, sha256, now)
    this.#computed.set(print, sha256)
  }

  /** What the hub or whoever sent the file said, and who that was. */
  promised(path: string): { readonly sha256: string; readonly source: string } | undefined {
    const row = this.#database.get('SELECT sha256, source FROM library_promises WHERE path = ?', path)
    return row && { sha256: String(row.sha256), source: String(row.source) }
  }

  promise(path: string, sha256: string, source: string): void {
    this.#database.run('INSERT OR REPLACE INTO library_promises VALUES (?, ?, ?)', path, sha256, source)
  }

  forgetPromise(path: string): void {
    this.#database.run('DELETE FROM library_promises WHERE path = ?', path)
  }
}
