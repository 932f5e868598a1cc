import { type ModelValues, modelValues, type ProfileValues, profileValues } from '../contract/profiles.ts'
import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'

/** Steps are never changed once released, only added. */
const migrations = [
  `CREATE TABLE profiles (
    name TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    profile_values TEXT NOT NULL
  ) STRICT;
  CREATE TABLE model_configurations (
    model TEXT PRIMARY KEY,
    profile TEXT,
    model_values TEXT NOT NULL
  ) STRICT`,
]

export interface StoredProfile {
  readonly description: string
  readonly values: ProfileValues
}

export interface StoredConfiguration {
  readonly profile: string | null
  readonly values: ModelValues
}

/** Profiles and configurations in the database. All are in memory: they are asked for with every request. */
export class ProfileStore {
  readonly #database: Database
  readonly #log: Log
  readonly profiles = new Map<string, StoredProfile>()
  readonly configurations = new Map<string, StoredConfiguration>()

  constructor(database: Database, log: Log) {
    this.#database = database
    this.#log = log
  }

  start(): void {
    this.#database.migrate('profiles', migrations)
    for (const row of this.#database.all('SELECT * FROM profiles')) {
      const values = this.#parse(profileValues, row.profile_values, `profile ${row.name}`)
      this.profiles.set(String(row.name), { description: String(row.description), values })
    }
    for (const row of this.#database.all('SELECT * FROM model_configurations')) {
      const values = this.#parse(modelValues, row.model_values, `model ${row.model}`)
      const profile = row.profile === null ? null : String(row.profile)
      this.configurations.set(String(row.model), { profile, values })
    }
  }

  saveProfile(name: string, profile: StoredProfile): void {
    this.#database.run(
      'INSERT INTO profiles (name, description, profile_values) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET description = excluded.description, profile_values = excluded.profile_values',
      name,
      profile.description,
      JSON.stringify(profile.values),
    )
    this.profiles.set(name, profile)
  }

  deleteProfile(name: string): void {
    this.#database.run('DELETE FROM profiles WHERE name = ?', name)
    this.profiles.delete(name)
  }

  /** A configuration that says nothing is not kept. */
  saveConfiguration(model: string, configuration: StoredConfiguration): void {
    const { profile, values } = configuration
    if (profile === null && Object.keys(values).length === 0) {
      this.#database.run('DELETE FROM model_configurations WHERE model = ?', model)
      this.configurations.delete(model)
      return
    }
    this.#database.run(
      'INSERT INTO model_configurations (model, profile, model_values) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET profile = excluded.profile, model_values = excluded.model_values',
      model,
      profile,
      JSON.stringify(values),
    )
    this.configurations.set(model, configuration)
  }

  /** What an older or newer Impetus wrote and this one cannot read is left open, key by key. */
  #parse<T extends object>(
    schema: { readonly safeParse: (value: unknown) => { success: boolean; data?: T } },
    stored: unknown,
    what: string,
  ): T {
    const all: Record<string, unknown> = JSON.parse(String(stored))
    const good = Object.entries(all).filter(([key, value]) => schema.safeParse({ [key]: value }).success)
    if (good.length < Object.keys(all).length) this.#log.warn('stored values that make no sense', { what })
    return schema.safeParse(Object.fromEntries(good)).data ?? ({} as T)
  }
}
