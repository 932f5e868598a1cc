import type { Database } from '../../platform/database.ts'

/** Files and folders that people said to use where they are. Removing one forgets it and touches nothing. */
export class Linked {
  readonly #database: Database
  #paths: string[] = []

  constructor(database: Database) {
    this.#database = database
  }

  start(): void {
    const rows = this.#database.all('SELECT path FROM library_linked ORDER BY added_at, path')
    this.#paths = rows.map(row => String(row.path))
  }

  get paths(): readonly string[] {
    return this.#paths
  }

  add(path: string, now: number): void {
    this.#database.run('INSERT OR IGNORE INTO library_linked VALUES (?, ?)', path, now)
    if (!this.#paths.includes(path)) this.#paths.push(path)
  }

  remove(path: string): void {
    this.#database.run('DELETE FROM library_linked WHERE path = ?', path)
    this.#paths = this.#paths.filter(other => other !== path)
  }
}
