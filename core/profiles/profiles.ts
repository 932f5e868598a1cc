import { ImpetusError } from '../contract/errors.ts'
import type { ConfigurationAnswer, ModelValues, Profile, ProfileValues } from '../contract/profiles.ts'
import type { ChosenOptions } from '../residency/resident.ts'
import { builtInProfiles } from './built-in.ts'
import type { ProfileStore, StoredProfile } from './store.ts'
import { type Change, changesBetween, given, merged } from './values.ts'

export interface ProfilesParts {
  readonly store: ProfileStore
  /** What the settings say for every model. */
  readonly common: () => ModelValues
  /** The profile of models that have none of their own. */
  readonly defaultProfile: () => string | null
  /** Told after any change. */
  readonly changed: () => void
}

/** What a load gets, with the draft model by its id. */
export type ConfiguredLoad = Omit<ChosenOptions, 'draftPath'> & { readonly draftModel?: string }

export interface ConfigurationChange {
  readonly profile?: string | null | undefined
  readonly values: ModelValues
  readonly open: readonly (keyof ModelValues)[]
}

/** How models are loaded and asked: the settings, over them a profile, over that what was said of the model itself. */
export class Profiles {
  readonly #parts: ProfilesParts
  /** What each model was last loaded with. */
  readonly #loaded = new Map<string, ModelValues>()

  constructor(parts: ProfilesParts) {
    this.#parts = parts
  }

  /** What the next load and the next request get. */
  effective(model: string): ModelValues {
    const { profile, values } = this.#configuration(model)
    return this.#layered(profile, values)
  }

  /** For a load that begins now; remembered, to tell later whether another one is needed. */
  loadOptions(model: string): ConfiguredLoad {
    const values = this.effective(model)
    this.#loaded.set(model, values)
    return chosenOptions(values)
  }

  configuration(model: string, isLoaded: boolean): ConfigurationAnswer {
    const { profile, values } = this.#configuration(model)
    const effective = this.#layered(profile, values)
    const before = this.#loaded.get(model)
    const reloadNeeded =
      isLoaded && before !== undefined && changesBetween(before, effective).some(({ key }) => isOfLoad(key))
    return { model, profile, own: values, effective, reloadNeeded }
  }

  /** @throws `not_found` for a profile that does not exist */
  configure(model: string, { profile, values, open }: ConfigurationChange): Change[] {
    const before = this.effective(model)
    const old = this.#configuration(model)
    if (profile != null) this.#mustExist(profile)
    const next = Object.entries(merged([old.values, values])).filter(
      ([key]) => !open.includes(key as keyof ModelValues),
    )
    this.#parts.store.saveConfiguration(model, {
      profile: profile === undefined ? old.profile : profile,
      values: Object.fromEntries(next),
    })
    this.#parts.changed()
    return changesBetween(before, this.effective(model))
  }

  /** What it would change for a model. @throws `not_found` */
  preview(name: string, model: string): Change[] {
    this.#mustExist(name)
    return changesBetween(this.effective(model), this.#layered(name, this.#configuration(model).values))
  }

  list(): Profile[] {
    const builtIn = Object.keys(builtInProfiles).map(name => this.#shown(name))
    const own = [...this.#parts.store.profiles.keys()].toSorted().map(name => this.#shown(name))
    return [...builtIn, ...own]
  }

  /** @throws `conflict` for a name that is taken, `not_found` for one to copy that does not exist */
  create(
    name: string,
    wish: {
      description?: string | undefined
      copyOf?: string | undefined
      values?: ProfileValues | undefined
    },
  ): Profile {
    if (this.#find(name) !== undefined)
      throw new ImpetusError('conflict', `There is a profile "${name}" already. Choose another name.`, {
        param: 'name',
      })
    const copied = wish.copyOf === undefined ? undefined : this.#mustExist(wish.copyOf)
    const values: ProfileValues = merged([copied?.values ?? {}, wish.values ?? {}])
    return this.#save(name, { description: wish.description ?? copied?.description ?? '', values })
  }

  /** @throws `not_found`, `conflict` for one that comes with Impetus */
  replace(name: string, wish: { description?: string | undefined; values: ProfileValues }): Profile {
    const { description } = this.#mustBeOwn(name)
    return this.#save(name, { description: wish.description ?? description, values: wish.values })
  }

  /** @throws `not_found`, `conflict` for one that comes with Impetus or that models use */
  delete(name: string): void {
    this.#mustBeOwn(name)
    const users = this.#usersOf(name)
    if (users.length > 0) {
      throw new ImpetusError(
        'conflict',
        `The profile "${name}" is used by ${users.join(', ')}. Give them another one first.`,
      )
    }
    this.#parts.store.deleteProfile(name)
    this.#parts.changed()
  }

  #save(name: string, profile: StoredProfile): Profile {
    this.#parts.store.saveProfile(name, profile)
    this.#parts.changed()
    return this.#shown(name)
  }

  #configuration(model: string) {
    return this.#parts.store.configurations.get(model) ?? { profile: null, values: {} }
  }

  #layered(profile: string | null, own: ModelValues): ModelValues {
    const name = profile ?? this.#parts.defaultProfile()
    const filled = name === null ? {} : (this.#find(name)?.values ?? {})
    return merged([this.#parts.common(), filled, own])
  }

  #find(name: string): StoredProfile | undefined {
    return Object.hasOwn(builtInProfiles, name) ? builtInProfiles[name] : this.#parts.store.profiles.get(name)
  }

  #mustExist(name: string): StoredProfile {
    const profile = this.#find(name)
    if (profile !== undefined) return profile
    const names = this.list().map(one => one.name)
    throw new ImpetusError('not_found', `There is no profile of this name. There are: ${names.join(', ')}.`)
  }

  #mustBeOwn(name: string): StoredProfile {
    const profile = this.#mustExist(name)
    if (this.#parts.store.profiles.has(name)) return profile
    throw new ImpetusError(
      'conflict',
      `The profile "${name}" comes with Impetus. Copy it, and change the copy.`,
    )
  }

  #shown(name: string): Profile {
    const { description, values } = this.#mustExist(name)
    const builtIn = Object.hasOwn(builtInProfiles, name)
    return { name, builtIn, description, values, usedBy: this.#usersOf(name) }
  }

  #usersOf(name: string): string[] {
    const all = [...this.#parts.store.configurations]
    return all.filter(([, { profile }]) => profile === name).map(([model]) => model)
  }
}

function chosenOptions({
  idleMinutes: _idle,
  sampling: _sampling,
  pinned: _pinned,
  ...options
}: ModelValues): ConfiguredLoad {
  return given(options)
}

/** Whether a value counts when a model is loaded, and not at once. */
function isOfLoad(key: string): boolean {
  return key !== 'idleMinutes' && key !== 'pinned' && !key.startsWith('sampling.')
}
