import { lstat, realpath } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ImpetusError } from '../contract/errors.ts'
import type { ModelSource } from '../engine/engine.ts'
import type { Inspector } from '../engine/inspector/client.ts'
import type { Bus } from '../platform/bus.ts'
import type { Log } from '../platform/log.ts'
import { type Assembled, assemble } from './discovery/assemble.ts'
import { type Folder, type Scan, scanFolders } from './discovery/scan.ts'
import { FolderWatch, type Pace } from './discovery/watch.ts'
import { FactsCache, type KeptFacts, missingParts } from './facts.ts'
import { loadablePath } from './loadable.ts'
import { ModelIndex } from './model-index.ts'
import { withAliases } from './store/aliases.ts'
import type { FactsState, ForeignFile, InstalledModel, Library } from './types.ts'

export interface FolderLibraryParts {
  /** In the order of their rank; read at each scan, so that changed settings hold from `rescan` on. */
  readonly folders: () => readonly Folder[]
  /** The model that came with Impetus. */
  readonly builtIn: { readonly path: string; readonly description: string | null } | null
  /** The id or alias in the settings. */
  readonly preferred: () => string | null
  readonly inspector: Inspector
  /** Names that people gave, from alias to id; read at each scan and by `renamed`. */
  readonly aliases?: () => ReadonlyMap<string, string>
  /** Where facts outlive the process. */
  readonly kept?: KeptFacts
  /** A folder of our own for links to the parts of models that are elsewhere. */
  readonly links?: string
  readonly bus: Bus
  readonly log: Log
  readonly pace?: Pace
}

/** A name that nobody knows is looked for on the disk again, but not more often than this. */
const rescanAfterMilliseconds = 2000

/** A process each of some 0.1 s: more at once would heat the machine for a list that few people scroll through. */
const readAheadAtMost = 100

/** How long a list waits for files to be read. Where there are many, a later list knows more of them. */
const listPatienceMilliseconds = 1500

/** The `.gguf` files in some folders. */
export class FolderLibrary implements Library {
  readonly #parts: FolderLibraryParts
  /** As they were found, without the names that people gave. */
  #found: Assembled = { models: [], foreign: [] }
  readonly #facts: FactsCache
  readonly #watch: FolderWatch
  #index = new ModelIndex([])
  #scanning: Promise<void> | undefined
  #scanAgain = false
  #scannedAt = Number.NEGATIVE_INFINITY
  #stopped = false
  #lastUsed: string | undefined
  #unlisten: (() => void) | undefined

  constructor(parts: FolderLibraryParts) {
    this.#parts = parts
    this.#facts = new FactsCache({ ...parts, pathOf: model => this.#loadable(model) })
    this.#watch = new FolderWatch(() => void this.rescan(), parts.log, parts.pace)
  }

  async start(): Promise<void> {
    this.#unlisten = this.#parts.bus.listen((topic, data) => {
      if (topic === 'model.changed' && 'state' in data && 'model' in data && data.state === 'loaded')
        this.#lastUsed = data.model
    })
    void this.rescan()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#unlisten?.()
    this.#watch.stop()
    this.#facts.stop()
    await this.#scanning
  }

  /** Looks at the folders again. Calls during a scan share one more scan after it. Never rejects. */
  rescan(): Promise<void> {
    this.#scanAgain = true
    this.#scanning ??= this.#scan().finally(() => {
      this.#scanning = undefined
    })
    return this.#scanning
  }

  settled(): Promise<void> {
    return this.#scanning ?? Promise.resolve()
  }

  list(): readonly InstalledModel[] {
    return this.#index.models
  }

  find(idOrAlias: string): InstalledModel | undefined {
    return this.#index.find(idOrAlias)
  }

  foreign(): readonly ForeignFile[] {
    return this.#found.foreign
  }

  findForeign(id: string): ForeignFile | undefined {
    const wanted = id.toLowerCase()
    return this.#found.foreign.find(model => model.id === wanted)
  }

  default(): InstalledModel | undefined {
    const names = [this.#parts.preferred(), this.#lastUsed]
    for (const name of names) {
      const model = name ? this.find(name) : undefined
      if (model !== undefined) return model
    }
    return this.list().find(model => mayAnswer(this.#facts.now(model))) ?? this.#index.models[0]
  }

  async resolve(requested: string | undefined): Promise<InstalledModel> {
    const look = () => (requested === undefined ? this.default() : this.find(requested))
    const known = look()
    if (known !== undefined) return known
    if (this.#scanning !== undefined) await this.#scanning
    else if (performance.now() - this.#scannedAt > rescanAfterMilliseconds) await this.rescan()
    return look() ?? this.#index.missing(requested)
  }

  async source(id: string): Promise<ModelSource> {
    if (!(await this.#isUntouched(this.find(id)))) await this.rescan()
    const model = this.find(id)
    if (model === undefined || !(await this.#isUntouched(model))) return this.#index.missing(id)
    const missing = missingParts(model)
    if (missing !== undefined)
      throw new ImpetusError('invalid_model', `The model ${id} is not whole: ${missing}`)
    return { id, path: await this.#loadable(model) }
  }

  /** Takes up names that people have just given or taken away. */
  renamed(): void {
    this.#index = this.#named()
    this.#parts.bus.tell('models.changed', { count: this.#index.models.length })
  }

  factsNow(id: string): FactsState {
    const model = this.find(id)
    return model === undefined ? { state: 'unknown' } : this.#facts.now(model)
  }

  async facts(id: string, signal: AbortSignal): Promise<FactsState> {
    const model = this.find(id)
    return model === undefined ? { state: 'unknown' } : this.#facts.get(model, signal)
  }

  async listReady(signal: AbortSignal): Promise<void> {
    await this.settled()
    const read = this.#facts.readAhead(this.list(), readAheadAtMost)
    await Promise.race([read, sleep(listPatienceMilliseconds, undefined, { signal, ref: false })])
  }

  async #scan(): Promise<void> {
    while (this.#scanAgain && !this.#stopped) {
      this.#scanAgain = false
      const began = performance.now()
      try {
        await this.#take(await scanFolders(this.#folders()))
      } catch (error) {
        this.#parts.log.error('models could not be looked for', error)
      }
      this.#scannedAt = performance.now()
      this.#parts.log.debug('models scanned', { milliseconds: Math.round(this.#scannedAt - began) })
    }
  }

  #folders(): Folder[] {
    const { builtIn, folders } = this.#parts
    return [...(builtIn === null ? [] : [{ path: builtIn.path, origin: 'built-in' as const }]), ...folders()]
  }

  async #take(scan: Scan): Promise<void> {
    for (const problem of scan.problems) this.#parts.log.warn(problem)
    const { builtIn } = this.#parts
    const described = builtIn?.description
      ? [[await realpath(builtIn.path), builtIn.description] as const]
      : []
    const before = this.#index
    const foreignBefore = this.#found.foreign
    this.#found = assemble(scan.files, scan.foreign, new Map(described))
    const { models, foreign } = this.#found
    this.#facts.keep(models)
    await this.#facts.warm(models)
    this.#index = this.#named()
    // A file that came between looking and watching is found by looking once more.
    if (!this.#stopped && (await this.#watch.set(scan.directories, scan.missing))) this.#scanAgain = true
    if (!this.#index.equals(before) || JSON.stringify(foreign) !== JSON.stringify(foreignBefore))
      this.#parts.bus.tell('models.changed', { count: models.length })
  }

  #named(): ModelIndex {
    return new ModelIndex(withAliases(this.#found.models, this.#parts.aliases?.() ?? new Map()))
  }

  async #loadable(model: InstalledModel): Promise<string> {
    const { links } = this.#parts
    return links === undefined ? model.path : loadablePath(model, links)
  }

  /** Whether the files are still the ones that were listed: same inode, size and time, and no link on the way. */
  async #isUntouched(model: InstalledModel | undefined): Promise<boolean> {
    if (model === undefined) return false
    const prints = model.parts.map(async path => {
      const [real, stats] = await Promise.all([realpath(path), lstat(path)])
      return real === path && stats.isFile() ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : 'touched'
    })
    try {
      return (await Promise.all(prints)).join(' ') === model.fingerprint
    } catch {
      return false
    }
  }
}

/** Whether nothing speaks against asking it: an unread file may be anything. */
function mayAnswer(state: FactsState): boolean {
  return state.state === 'unknown' || (state.state === 'known' && state.facts.kind === 'text')
}
