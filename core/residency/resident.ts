import { ImpetusError } from '../contract/errors.ts'
import type { Engine, LoadedModel, LoadOptions, ModelSource } from '../engine/engine.ts'
import type { MemoryNeed } from './needs.ts'

export interface ResidentParts {
  readonly engine: Engine
  /** The file of an installed model, looked at again just before loading. */
  readonly source: (modelId: string) => Promise<ModelSource>
  /** Read at each load, so that changed settings hold from the next one on. */
  readonly loadOptions: (modelId: string) => ChosenOptions | Promise<ChosenOptions>
}

/** What a person can choose of a load. */
export type ChosenOptions = Omit<LoadOptions, 'signal' | 'onProgress' | 'memoryLimit'>

/** Why a model gave up its place. */
export type Gone =
  /** `error`: it did not end cleanly. */
  | { readonly by: 'unload'; readonly error?: unknown }
  /** It could not be loaded. */
  | { readonly by: 'failure'; readonly error: unknown }
  | { readonly by: 'crash'; readonly reason: string }

export interface ResidentEvents {
  progressed(fraction: number): void
  loaded(model: LoadedModel): void
  /** `roomFor`: the model that its place is needed for. */
  unloading(roomFor: string | undefined): void
  /** Told once, when the place is free again; nothing follows. */
  gone(gone: Gone): void
}

/** One model's way through memory: loading → loaded → unloading → gone, each step at most once. */
export class Resident {
  readonly id: string
  readonly need: MemoryNeed
  phase: 'loading' | 'loaded' | 'unloading' = 'loading'
  progress = 0
  leases = 0
  lastUsed: number
  openUntil = 0
  leaving = false
  bytes: number
  /** As the last request wished; undefined: as configured. */
  keepMilliseconds: number | undefined
  model: LoadedModel | undefined
  readonly #events: ResidentEvents
  readonly #abort = new AbortController()
  readonly #gone = Promise.withResolvers<void>()
  #isGone = false

  constructor(id: string, need: MemoryNeed, now: number, events: ResidentEvents) {
    this.id = id
    this.need = need
    this.bytes = need.bytes
    this.lastUsed = now
    this.#events = events
  }

  /** Fulfils when the place is free again; never rejects. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  /** Never rejects: what goes wrong is told as `gone`. `memoryLimit`: what it was planned to fit in. */
  async load(parts: ResidentParts, memoryLimit: number): Promise<void> {
    const { signal } = this.#abort
    try {
      const source = await parts.source(this.id)
      signal.throwIfAborted()
      const onProgress = (fraction: number) => this.#progressed(fraction)
      const options = { ...(await parts.loadOptions(this.id)), memoryLimit, signal, onProgress }
      const model = await parts.engine.load(source, options)
      this.#loaded(model)
    } catch (error) {
      if (this.phase === 'unloading') this.#leave({ by: 'unload' })
      else this.#leave({ by: 'failure', error })
    }
  }

  /** Stops a load that is under way, or ends a loaded model. */
  unload(roomFor?: string): void {
    if (this.phase === 'unloading') return
    this.phase = 'unloading'
    this.#events.unloading(roomFor)
    if (this.model !== undefined) void this.#dispose(this.model)
    else this.#abort.abort(new DOMException('Nobody waits for this model any more.', 'AbortError'))
  }

  #progressed(fraction: number): void {
    // A hundred steps are enough for any bar.
    if (this.phase !== 'loading' || fraction - this.progress < 0.01) return
    this.progress = fraction
    this.#events.progressed(fraction)
  }

  #loaded(model: LoadedModel): void {
    this.model = model
    void model.ended.then(ended => {
      const wanted = ended.by === 'dispose' || this.phase === 'unloading'
      this.#leave(wanted ? { by: 'unload' } : { by: 'crash', reason: ended.reason })
    })
    if (this.phase === 'unloading') {
      // Stopped, but the engine was done before it heard of it.
      void this.#dispose(model)
      return
    }
    this.phase = 'loaded'
    this.#events.loaded(model)
  }

  async #dispose(model: LoadedModel): Promise<void> {
    try {
      await model.dispose()
      this.#leave({ by: 'unload' })
    } catch (error) {
      this.#leave({ by: 'unload', error })
    }
  }

  #leave(gone: Gone): void {
    if (this.#isGone) return
    this.#isGone = true
    this.phase = 'unloading'
    this.#events.gone(gone)
    this.#gone.resolve()
  }
}

/** Whether a load's error means that its runner died. A file that is refused costs little the next time; a runner that dies of it costs a whole load. */
export function isCrash(error: unknown): boolean {
  return error instanceof ImpetusError && crashCodes.has(error.code)
}

const crashCodes: ReadonlySet<string> = new Set(['engine_crashed', 'engine_hung', 'model_load_failed'])
