import { ImpetusError } from '../../contract/errors.ts'
import type { Database } from '../../platform/database.ts'

export interface Labels {
  readonly note: string | null
  readonly tags: readonly string[]
}

export interface Collection {
  readonly name: string
  readonly description: string
  readonly models: readonly string[]
}

const none: Labels = { note: null, tags: [] }

/** Notes, tags and collections: what people say of models. All in memory, because every list shows them. */
export class LabelStore {
  readonly #database: Database
  readonly #labels = new Map<string, { note: string | null; tags: string[] }>()
  readonly #collections = new Map<string, { description: string; models: string[] }>()

  constructor(database: Database) {
    this.#database = database
  }

  start(): void {
    for (const row of this.#database.all('SELECT model, note FROM library_notes'))
      this.#of(String(row.model)).note = String(row.note)
    for (const row of this.#database.all('SELECT model, tag FROM library_tags ORDER BY tag'))
      this.#of(String(row.model)).tags.push(String(row.tag))
    for (const row of this.#database.all('SELECT name, description FROM library_collections ORDER BY name'))
      this.#collections.set(String(row.name), { description: String(row.description), models: [] })
    for (const row of this.#database.all('SELECT * FROM library_collection_models ORDER BY place'))
      this.#collections.get(String(row.collection))?.models.push(String(row.model))
  }

  of(model: string): Labels {
    return this.#labels.get(model) ?? none
  }

  setNote(model: string, note: string | null): void {
    if (note === null) this.#database.run('DELETE FROM library_notes WHERE model = ?', model)
    else this.#database.run('INSERT OR REPLACE INTO library_notes VALUES (?, ?)', model, note)
    this.#of(model).note = note
  }

  setTags(model: string, tags: readonly string[]): void {
    const sorted = [...new Set(tags)].sort()
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM library_tags WHERE model = ?', model)
      for (const tag of sorted) this.#database.run('INSERT INTO library_tags VALUES (?, ?)', model, tag)
    })
    this.#of(model).tags = sorted
  }

  collections(): Collection[] {
    return [...this.#collections]
      .map(([name, { description, models }]) => ({ name, description, models }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Makes a collection, or replaces what one says and holds. */
  setCollection({ name, description, models }: Collection, now: number): Collection {
    const held = [...new Set(models)]
    this.#database.transaction(() => {
      this.#database.run(
        'INSERT INTO library_collections VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET description = excluded.description',
        name,
        description,
        now,
      )
      this.#database.run('DELETE FROM library_collection_models WHERE collection = ?', name)
      for (const [place, model] of held.entries())
        this.#database.run('INSERT INTO library_collection_models VALUES (?, ?, ?)', name, model, place)
    })
    this.#collections.set(name, { description, models: held })
    return { name, description, models: held }
  }

  /** @throws ImpetusError `not_found` */
  collection(name: string): Collection {
    const found = this.#collections.get(name)
    if (found !== undefined) return { name, ...found }
    throw new ImpetusError('not_found', 'There is no such collection. List them with GET /api/library.')
  }

  removeCollection(name: string): void {
    this.collection(name)
    this.#database.run('DELETE FROM library_collections WHERE name = ?', name)
    this.#collections.delete(name)
  }

  #of(model: string): { note: string | null; tags: string[] } {
    const labels = this.#labels.get(model) ?? { note: null, tags: [] }
    this.#labels.set(model, labels)
    return labels
  }
}
