import { type FSWatcher, realpathSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { ImpetusError } from '../contract/errors.ts'
import type { Settings, SettingsAnswer } from '../contract/settings.ts'
import { writeFileAtomic } from '../platform/atomic-file.ts'
import type { Bus } from '../platform/bus.ts'
import { ExitError } from '../platform/exit.ts'
import type { Log } from '../platform/log.ts'
import type { Environment } from '../platform/paths.ts'
import { checkSettings } from './check.ts'
import { readSettingsFile } from './file.ts'
import { isObject, type Leaf, settingLeaves, type Tree, valueAt, withValue } from './leaves.ts'
import { type Flags, type Override, readOverrides } from './overrides.ts'

export interface SettingsParts {
  readonly path: string
  readonly env: Environment
  readonly flags: Flags
  readonly bus: Bus
  readonly log: Log
}

export type SettingsListener = (settings: Settings, keys: readonly string[]) => void

/** Quiet time after a change on disk: editors write in several steps. */
const settleMilliseconds = 100

/**
 * The settings in force: defaults, the file, the environment, the flags, each over the one before. The file is read
 * again when it changes; a bad one changes nothing, so that a slip of the pen can never open a door.
 */
export class SettingsStore {
  readonly #parts: SettingsParts
  readonly #listeners = new Set<SettingsListener>()
  #leaves: readonly Leaf[] = []
  #overrides: readonly Override[] = []
  #file: Tree = {}
  /** In force, and what would be after a restart. */
  #current: Settings | undefined
  #pending: Settings | undefined
  #warnings: readonly string[] = []
  #watcher: FSWatcher | undefined
  #settle: NodeJS.Timeout | undefined

  constructor(parts: SettingsParts) {
    this.#parts = parts
  }

  /** @throws ExitError `configuration` naming key and line when the file is bad, and for bad variables and flags */
  async start(): Promise<void> {
    const { path, env, flags } = this.#parts
    this.#leaves = settingLeaves()
    this.#overrides = readOverrides(this.#leaves, env, flags)
    const reading = await readSettingsFile(path, this.#leaves, this.#overrides)
    if (reading.state === 'bad') throw new ExitError('configuration', `${reading.message}.`)
    const checked = reading.state === 'good' ? reading : checkSettings({}, this.#overrides)
    if ('fault' in checked) {
      throw new ExitError('configuration', `"${checked.fault.path.join('.')}" ${checked.fault.message}.`)
    }
    if (reading.state === 'good') {
      this.#file = reading.file
      this.#warn(reading.warnings)
    }
    this.#current = checked.settings
    this.#pending = checked.settings
    this.#watch()
  }

  stop(): void {
    this.#watcher?.close()
    clearTimeout(this.#settle)
    this.#listeners.clear()
  }

  /** What is in force now. Settings that need a restart stay as they were at start. */
  get current(): Settings {
    if (this.#current === undefined) throw new Error('The settings are not read yet.')
    return this.#current
  }

  /** Hears of every change in force, with the keys that changed, until the returned function is called. */
  onChange(listener: SettingsListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  answer(): SettingsAnswer {
    return {
      settings: this.current,
      overridden: Object.fromEntries(this.#overrides.map(({ leaf, by }) => [leaf.key, by])),
      restartNeeded: this.#differing(this.current, this.#pending).map(leaf => leaf.key),
      warnings: [...this.#warnings],
    }
  }

  /**
   * Changes the file and what is in force. `patch` holds sections as the file does; null brings a default back.
   *
   * @throws ImpetusError `invalid_value` or `invalid_type` naming the setting, `conflict` while the file on disk is bad
   */
  async update(patch: Tree): Promise<void> {
    const { path } = this.#parts
    // What is on disk now, not what was read last: a person may be editing it too.
    const reading = await readSettingsFile(path, this.#leaves, this.#overrides)
    if (reading.state === 'bad')
      throw new ImpetusError('conflict', `The settings file must be mended first. ${reading.message}.`)
    let file: Tree = reading.state === 'good' ? reading.file : this.#file
    for (const leaf of this.#leavesNamedIn(patch, []))
      file = withValue(file, leaf.path, valueAt(patch, leaf.path) ?? undefined)
    const checked = checkSettings(file, this.#overrides)
    if ('fault' in checked) {
      const param = checked.fault.path.join('.')
      throw new ImpetusError('invalid_value', `"${param}" ${checked.fault.message}.`, { param })
    }
    save(path, file)
    this.#file = file
    this.#take(checked.settings)
  }

  *#leavesNamedIn(patch: Tree, path: readonly string[]): Generator<Leaf> {
    for (const [name, value] of Object.entries(patch)) {
      const here = [...path, name]
      const key = here.join('.')
      const leaf = this.#leaves.find(other => other.key === key)
      if (leaf !== undefined) yield leaf
      else if (isObject(value) && this.#leaves.some(other => other.key.startsWith(`${key}.`)))
        yield* this.#leavesNamedIn(value, here)
      else
        throw new ImpetusError(
          'invalid_value',
          `"${key}" is not a setting. GET /api/settings/schema lists them.`,
          { param: key },
        )
    }
  }

  #watch(): void {
    const { path, log } = this.#parts
    const name = basename(path)
    // The folder, not the file: a file that is replaced takes its watch with it.
    this.#watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
      if (changed !== null && changed !== name) return
      clearTimeout(this.#settle)
      this.#settle = setTimeout(() => void this.#reload(), settleMilliseconds)
      this.#settle.unref()
    })
    this.#watcher.on('error', error => log.error('Changes of the settings file are no longer noticed', error))
  }

  async #reload(): Promise<void> {
    const { path, log } = this.#parts
    const reading = await readSettingsFile(path, this.#leaves, this.#overrides)
    if (reading.state === 'bad') {
      log.error(`${reading.message}. The settings stay as they were.`)
    } else if (reading.state === 'missing') {
      if (Object.keys(this.#file).length > 0)
        log.warn(`${path} is gone. The settings stay as they were until a restart.`)
    } else {
      this.#file = reading.file
      this.#warn(reading.warnings)
      this.#take(reading.settings)
    }
  }

  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) if (!this.#warnings.includes(warning)) this.#parts.log.warn(warning)
    this.#warnings = warnings
  }

  #take(next: Settings): void {
    const before = this.#pending
    this.#pending = next
    const changed = this.#differing(before, next)
    if (changed.length === 0) return
    let inForce: Tree = next
    for (const leaf of this.#leaves) {
      if (leaf.restart) inForce = withValue(inForce, leaf.path, valueAt(this.#current, leaf.path))
    }
    this.#current = inForce as Settings
    const keys = changed.map(leaf => leaf.key)
    const restartNeeded = changed.filter(leaf => leaf.restart).map(leaf => leaf.key)
    this.#parts.log.info('Settings changed', {
      keys: keys.join(', '),
      restartNeeded: restartNeeded.join(', ') || undefined,
    })
    for (const listener of this.#listeners) listener(this.#current, keys)
    this.#parts.bus.tell('settings.changed', { keys, restartNeeded })
  }

  #differing(a: Settings | undefined, b: Settings | undefined): Leaf[] {
    return this.#leaves.filter(
      ({ path }) => JSON.stringify(valueAt(a, path)) !== JSON.stringify(valueAt(b, path)),
    )
  }
}

function save(path: string, file: Tree): void {
  try {
    writeFileAtomic(realPath(path), `${JSON.stringify(file, null, 2)}\n`)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new ImpetusError('insufficient_storage', 'The disk is full: the settings were not saved.', {
        cause: error,
      })
    }
    throw new ImpetusError(
      'not_writable',
      `The settings were not saved: ${path} cannot be written (${code}).`,
      { cause: error },
    )
  }
}

/** A settings file that is a link (into a folder of dotfiles) stays one. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
