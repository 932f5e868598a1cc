import { setImmediate as nextTurn } from 'node:timers/promises'
import { ImpetusError } from '../contract/errors.ts'
import type { Inspection, Inspector } from '../engine/inspector/client.ts'
import type { Log } from '../platform/log.ts'
import type { FactsState, InstalledModel, ModelFacts } from './types.ts'

/** Where facts outlive the process. */
export interface KeptFacts {
  get(fingerprint: string): FactsState
  save(fingerprint: string, state: FactsState, now: number): void
}

export interface FactsParts {
  readonly inspector: Inspector
  readonly log: Log
  /** The file to read for a model; by default the model's own path. */
  readonly pathOf?: (model: InstalledModel) => Promise<string>
  readonly kept?: KeptFacts
}

interface Entry {
  readonly fingerprint: string
  state: FactsState
  reading: Promise<FactsState> | undefined
}

/** What is known of each model's file, read once for as long as the file stays as it is. */
export class FactsCache {
  readonly #parts: FactsParts
  readonly #entries = new Map<string, Entry>()
  readonly #stopped = new AbortController()
  #ahead: Promise<void> | undefined

  constructor(parts: FactsParts) {
    this.#parts = parts
  }

  now(model: InstalledModel): FactsState {
    return this.#entry(model).state
  }

  /** Reads the file unless that was done. The reading goes on when the caller leaves: the next one wants it too. */
  async get(model: InstalledModel, signal: AbortSignal): Promise<FactsState> {
    signal.throwIfAborted()
    const entry = this.#entry(model)
    if (entry.state.state !== 'unknown') return entry.state
    entry.reading ??= this.#read(model, entry)
    return abortable(entry.reading, signal)
  }

  /** Reads what nobody has read yet, one file after another: each costs a process. A second call joins the first. */
  readAhead(models: readonly InstalledModel[], most: number): Promise<void> {
    const read = async () => {
      const unknown = models.filter(model => this.now(model).state === 'unknown').slice(0, most)
      for (const model of unknown)
        if (!this.#stopped.signal.aborted) await this.get(model, this.#stopped.signal)
    }
    this.#ahead ??= read()
      .catch(error => this.#parts.log.warn('model files not read', { error: String(error) }))
      .finally(() => {
        this.#ahead = undefined
      })
    return this.#ahead
  }

  /** Brings what was kept into memory, in pieces: thousands of rows at once would hold everybody up. */
  async warm(models: readonly InstalledModel[]): Promise<void> {
    for (const [index, model] of models.entries()) {
      this.now(model)
      if (index % 100 === 99) await nextTurn()
    }
  }

  /** Forgets models that are gone. */
  keep(models: readonly InstalledModel[]): void {
    const paths = new Set(models.map(model => model.path))
    for (const path of this.#entries.keys()) if (!paths.has(path)) this.#entries.delete(path)
  }

  /** Ends a reading under way. */
  stop(): void {
    this.#stopped.abort(new ImpetusError('shutting_down', 'Impetus is shutting down.'))
  }

  #entry(model: InstalledModel): Entry {
    const known = this.#entries.get(model.path)
    if (known?.fingerprint === model.fingerprint) return known
    // Of a split model with parts missing nothing is kept: the parts can come without it changing.
    const whole = model.parts.length === model.partsExpected
    const state = (whole ? this.#parts.kept?.get(model.fingerprint) : undefined) ?? {
      state: 'unknown' as const,
    }
    const entry: Entry = { fingerprint: model.fingerprint, state, reading: undefined }
    this.#entries.set(model.path, entry)
    return entry
  }

  async #read(model: InstalledModel, entry: Entry): Promise<FactsState> {
    entry.state = await this.#look(model)
    entry.reading = undefined
    this.#keep(model, entry.state)
    return entry.state
  }

  #keep(model: InstalledModel, state: FactsState): void {
    if (model.parts.length < model.partsExpected) return
    try {
      this.#parts.kept?.save(model.fingerprint, state, Date.now())
    } catch (error) {
      // It is only there to spare work after a restart.
      this.#parts.log.warn('facts of a model not kept', { model: model.id, error: String(error) })
    }
  }

  async #look(model: InstalledModel): Promise<FactsState> {
    const missing = missingParts(model)
    if (missing !== undefined) return { state: 'invalid', reason: missing }
    try {
      const path = (await this.#parts.pathOf?.(model)) ?? model.path
      const inspection = await this.#parts.inspector.inspect(path, this.#stopped.signal)
      return { state: 'known', facts: modelFacts(inspection) }
    } catch (error) {
      if (error instanceof ImpetusError && error.status === 422)
        return { state: 'invalid', reason: error.message }
      if (!this.#stopped.signal.aborted)
        this.#parts.log.warn('model file not read', { model: model.id, error: String(error) })
      return { state: 'unknown' }
    }
  }
}

function modelFacts({ facts, template }: Inspection): ModelFacts {
  return {
    architecture: facts.architecture,
    name: facts.name,
    parameters: facts.parameters,
    quantization: facts.quantisation,
    trainedContextLength: facts.contextLength,
    vocabularySize: facts.vocabularySize,
    kind: facts.kind,
    templateError: template?.works === false ? template.error : null,
    hasChatTemplate: template?.works === true,
    chatTemplate: facts.chatTemplate,
    supportsTools: template?.works === true && template.supportsTools,
    supportsInfill: facts.hasInfillTokens,
    license: facts.license ?? null,
    tensors: facts.tensors ?? 0,
  }
}

/** In words, where parts of a split model are not there. */
export function missingParts(model: InstalledModel): string | undefined {
  const missing = model.partsExpected - model.parts.length
  if (missing <= 0) return undefined
  return `${missing} of its ${model.partsExpected} parts ${missing === 1 ? 'is' : 'are'} missing. Fetch them into the same folder.`
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const leave = () => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', leave))
}
