import type { Database } from '../../platform/database.ts'
import { Aliases } from './aliases.ts'
import { FactsStore } from './facts-store.ts'
import { Hashes } from './hashes.ts'
import { LabelStore } from './labels.ts'
import { Linked } from './linked.ts'
import { migrations } from './migrations.ts'
import { Speeds } from './speeds.ts'

/** Facts of files that were not read anew in so long. */
const factsKeptMilliseconds = 366 * 86_400_000

/** What the library keeps in the database. */
export class LibraryRecords {
  readonly facts: FactsStore
  readonly hashes: Hashes
  readonly aliases: Aliases
  readonly labels: LabelStore
  readonly linked: Linked
  readonly speeds: Speeds
  readonly #database: Database

  constructor(database: Database, version: string) {
    this.#database = database
    this.facts = new FactsStore(database, version)
    this.hashes = new Hashes(database)
    this.aliases = new Aliases(database)
    this.labels = new LabelStore(database)
    this.linked = new Linked(database)
    this.speeds = new Speeds(database)
  }

  start(): void {
    this.#database.migrate('library', migrations)
    this.facts.sweep(Date.now() - factsKeptMilliseconds)
    this.hashes.start()
    this.aliases.start()
    this.labels.start()
    this.linked.start()
  }
}
