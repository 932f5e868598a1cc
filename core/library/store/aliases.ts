import { ImpetusError } from '../../contract/errors.ts'
import type { Database } from '../../platform/database.ts'
import type { InstalledModel } from '../types.ts'

/** What a name may be: as ids, and with a tag or a namespace as other programs write them. */
const pattern = /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*){0,3}(?::[a-z0-9][a-z0-9._-]*)?$/
const longest = 200

/** Names that people gave to models, beside those that follow from the files. */
export class Aliases {
  readonly #database: Database
  readonly #byAlias = new Map<string, string>()

  constructor(database: Database) {
    this.#database = database
  }

  start(): void {
    for (const row of this.#database.all('SELECT alias, model FROM library_aliases'))
      this.#byAlias.set(String(row.alias), String(row.model))
  }

  /** From alias to model id. */
  get all(): ReadonlyMap<string, string> {
    return this.#byAlias
  }

  add(alias: string, model: string, now: number): void {
    this.#database.run('INSERT OR REPLACE INTO library_aliases VALUES (?, ?, ?)', alias, model, now)
    this.#byAlias.set(alias, model)
  }

  remove(alias: string): boolean {
    this.#database.run('DELETE FROM library_aliases WHERE alias = ?', alias)
    return this.#byAlias.delete(alias)
  }
}

/** An alias as it is kept. @throws ImpetusError `invalid_value` */
export function aliasFrom(text: string): string {
  const alias = text.trim().toLowerCase()
  if (alias.length <= longest && pattern.test(alias)) return alias
  throw new ImpetusError(
    'invalid_value',
    'A name has letters, digits, dots, hyphens and underscores, and begins with a letter or digit.',
    { param: 'alias' },
  )
}

/** The models with the aliases that people gave. What a file is called by itself stays its own. */
export function withAliases(
  models: readonly InstalledModel[],
  aliases: ReadonlyMap<string, string>,
): readonly InstalledModel[] {
  if (aliases.size === 0) return models
  const ids = new Set(models.map(model => model.id))
  const given = new Map<string, string[]>()
  for (const [alias, model] of aliases) {
    if (ids.has(alias) || !ids.has(model)) continue
    given.set(model, [...(given.get(model) ?? []), alias])
  }
  const taken = new Set([...given.values()].flat())
  return models.map(model => {
    const kept = model.aliases.filter(alias => !taken.has(alias))
    return { ...model, aliases: [...(given.get(model.id) ?? []), ...kept] }
  })
}
