import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelSource } from '../engine/engine.ts'
import type { Catalogue, RemoteEntry } from '../engine/remote/catalogue.ts'
import { ModelIndex } from './model-index.ts'
import type { FactsState, ForeignFile, InstalledModel, Library } from './types.ts'

/** How long a list waits for servers. */
const listPatienceMilliseconds = 1500

/** The models on this machine, and beside them those of other servers. */
export class LibraryWithRemotes implements Library {
  readonly #local: Library
  readonly #catalogue: Catalogue

  constructor(local: Library, catalogue: Catalogue) {
    this.#local = local
    this.#catalogue = catalogue
  }

  list(): readonly InstalledModel[] {
    return [...this.#local.list(), ...this.#remote().models]
  }

  find(idOrAlias: string): InstalledModel | undefined {
    return this.#local.find(idOrAlias) ?? this.#remote().find(idOrAlias)
  }

  foreign(): readonly ForeignFile[] {
    return this.#local.foreign()
  }

  findForeign(id: string): ForeignFile | undefined {
    return this.#local.findForeign(id)
  }

  default(): InstalledModel | undefined {
    return this.#local.default() ?? this.#remote().models[0]
  }

  async resolve(requested: string | undefined): Promise<InstalledModel> {
    const known = requested === undefined ? this.#local.default() : this.find(requested)
    if (known !== undefined) return known
    await this.#catalogue.refresh()
    const found = requested === undefined ? this.default() : this.find(requested)
    return found ?? this.#local.resolve(requested)
  }

  async source(id: string): Promise<ModelSource> {
    return this.#entry(id) === undefined ? this.#local.source(id) : { id, path: '' }
  }

  factsNow(id: string): FactsState {
    const entry = this.#entry(id)
    return entry === undefined ? this.#local.factsNow(id) : { state: 'known', facts: factsOf(entry) }
  }

  async facts(id: string, signal: AbortSignal): Promise<FactsState> {
    return this.#entry(id) === undefined ? this.#local.facts(id, signal) : this.factsNow(id)
  }

  settled(): Promise<void> {
    return this.#local.settled()
  }

  async listReady(signal: AbortSignal): Promise<void> {
    const remote = Promise.race([
      this.#catalogue.refresh(),
      sleep(listPatienceMilliseconds, undefined, { signal, ref: false }),
    ])
    await Promise.all([this.#local.listReady(signal), remote])
  }

  async rescan(): Promise<void> {
    await Promise.all([this.#local.rescan(), this.#catalogue.refresh(true)])
  }

  async start(): Promise<void> {
    await this.#local.start()
    void this.#catalogue.refresh()
  }

  async stop(): Promise<void> {
    this.#catalogue.stop()
    await this.#local.stop()
  }

  /** A local model hides a remote one of the same name. */
  #entry(id: string): RemoteEntry | undefined {
    if (this.#local.find(id) !== undefined) return undefined
    return this.#catalogue.entries().find(entry => entry.id === id)
  }

  #remote(): ModelIndex {
    return new ModelIndex(
      this.#catalogue
        .entries()
        .filter(({ id }) => this.#local.find(id) === undefined)
        .map(installed),
    )
  }
}

function installed({ id, server, name }: RemoteEntry): InstalledModel {
  return {
    id,
    path: '',
    parts: [],
    partsExpected: 0,
    aliases: [`${server}/${name}`.toLowerCase()],
    bytes: 0,
    origin: 'remote',
    format: 'remote',
    modifiedAt: 0,
    fingerprint: '',
    description: `Runs on the server "${server}", which names it ${name}.`,
  }
}

function factsOf({ name, contextLength, kind }: RemoteEntry) {
  return {
    architecture: 'remote',
    name,
    parameters: 0,
    quantization: 'unknown',
    trainedContextLength: contextLength,
    vocabularySize: 0,
    kind,
    templateError: null,
    chatTemplate: null,
    hasChatTemplate: kind === 'text',
    supportsTools: kind === 'text',
    supportsInfill: false,
  }
}
