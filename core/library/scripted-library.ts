import type { ModelSource } from '../engine/engine.ts'
import { ModelIndex } from './model-index.ts'
import type { FactsState, ForeignFile, InstalledModel, Library, ModelFacts } from './types.ts'

/** A library of one model that is no file: the scripted engine's. */
export class ScriptedLibrary implements Library {
  readonly #index: ModelIndex

  constructor() {
    this.#index = new ModelIndex([
      {
        id: 'scripted',
        aliases: ['scripted:latest'],
        path: '',
        parts: [],
        partsExpected: 0,
        bytes: 0,
        origin: 'built-in',
        format: 'scripted',
        modifiedAt: 0,
        fingerprint: '',
        description: 'No model: the scripted engine of the tests, whose answers follow a fixed rule.',
      },
    ])
  }

  list(): readonly InstalledModel[] {
    return this.#index.models
  }

  find(idOrAlias: string): InstalledModel | undefined {
    return this.#index.find(idOrAlias)
  }

  foreign(): readonly ForeignFile[] {
    return []
  }

  findForeign(): undefined {
    return undefined
  }

  default(): InstalledModel | undefined {
    return this.#index.models[0]
  }

  async resolve(requested: string | undefined): Promise<InstalledModel> {
    const model = requested === undefined ? this.default() : this.find(requested)
    return model ?? this.#index.missing(requested)
  }

  async rescan(): Promise<void> {}

  async source(id: string): Promise<ModelSource> {
    const { path } = await this.resolve(id)
    return { id, path }
  }

  factsNow(id: string): FactsState {
    return this.find(id) === undefined ? { state: 'unknown' } : { state: 'known', facts }
  }

  async facts(id: string): Promise<FactsState> {
    return this.factsNow(id)
  }

  async listReady(): Promise<void> {}
  async settled(): Promise<void> {}
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
}

const facts: ModelFacts = {
  architecture: 'scripted',
  name: 'Scripted',
  parameters: 0,
  quantization: 'none',
  trainedContextLength: 131_072,
  vocabularySize: 0,
  kind: 'text',
  templateError: null,
  hasChatTemplate: true,
  chatTemplate: null,
  supportsTools: true,
  supportsInfill: true,
}
