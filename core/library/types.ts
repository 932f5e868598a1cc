import type { ModelSource, Sampling } from '../engine/engine.ts'

/**
 * Where a model was found. `built-in` ships with Impetus, `impetus` is `$IMPETUS_HOME/models`, `models` is `~/Models`,
 * `configured` a folder of the settings, `linked` a file used where it is, `remote` runs on another server; the others
 * are the programs whose folders they are.
 */
export type Origin =
  | 'built-in'
  | 'impetus'
  | 'models'
  | 'configured'
  | 'linked'
  | 'gerdsen'
  | 'lmstudio'
  | 'llama.cpp'
  | 'jan'
  | 'huggingface'
  | 'ollama'
  | 'remote'

/** What Ollama's manifest says beside the weights. */
export interface OllamaFacts {
  /** As Ollama calls it: `llama3.2:1b`; several where tags share everything. */
  readonly names: readonly string[]
  /** In Go's template language, which is not rendered here. */
  readonly template: string | null
  readonly system: string | null
  readonly license: string | null
  readonly sampling: Sampling
  readonly stop: readonly string[]
  readonly contextLength: number | null
}

/** One model on this machine, a split file counting as one. */
export interface InstalledModel {
  readonly id: string
  /** Absolute and free of symbolic links; the first part of a split file. */
  readonly path: string
  /** Every part in order; `[path]` unless the file is split. Parts that are missing are not in it. */
  readonly parts: readonly string[]
  /** How many parts there ought to be. */
  readonly partsExpected: number
  /** Other names that find this model. */
  readonly aliases: readonly string[]
  /** All parts together. */
  readonly bytes: number
  readonly origin: Origin
  readonly format: 'gguf' | 'scripted' | 'remote'
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  /** Inode, size and time of every part: the same as long as nobody has touched the files. */
  readonly fingerprint: string
  /** What a person should know before using it, where there is something to know. */
  readonly description: string | null
  /** Links and manifests by which its program knows it; absent where there are none. */
  readonly references?: readonly string[]
  /** The repository or publisher it came from, as far as its place says so. */
  readonly source?: string
  readonly ollama?: OllamaFacts
}

/** A folder or file that looks like a model in a format other than GGUF. Nobody has looked into it. */
export interface ForeignFile {
  readonly id: string
  /** Real path of the folder or file. */
  readonly path: string
  readonly origin: Origin
  /** The weights it was noticed by. */
  readonly bytes: number
  readonly modifiedAt: number
  readonly fingerprint: string
}

/** What a model in another format is, by its content. */
export interface ForeignFacts {
  readonly format: string
  readonly architecture: string | null
  readonly parameters: number | null
  /** How exact its weights are: `BF16`, `4-bit, groups of 64`. */
  readonly dtype: string | null
  readonly contextLength: number | null
  /** All its files together. */
  readonly bytes: number
  /** Whether a model that runs can be made of it. */
  readonly conversion:
    | {
        readonly possible: true
        readonly bytes: Readonly<Record<string, number>>
        readonly notes: readonly string[]
      }
    | { readonly possible: false; readonly reason: string }
}

/** Looks into models of other formats, in a child process. */
export interface ForeignReader {
  /** `null`: it is no model. @throws `not_found`, or the signal's reason */
  describe(path: string, signal: AbortSignal): Promise<ForeignFacts | null>
}

/** What is known of a model from its file alone. */
export interface ModelFacts {
  readonly architecture: string
  readonly name: string | null
  readonly parameters: number
  /** The commonest type of its tensors: `Q4_K`, `F16` … */
  readonly quantization: string
  readonly trainedContextLength: number
  readonly vocabularySize: number
  /** What it is good for. */
  readonly kind: 'text' | 'embedding' | 'reranking' | 'other'
  /** Why its chat template cannot be used, where it has one that fails. */
  readonly templateError: string | null
  readonly hasChatTemplate: boolean
  /** Its text, whether it works or not; never rendered outside of a runner. */
  readonly chatTemplate: string | null
  readonly supportsTools: boolean
  readonly supportsInfill: boolean
  readonly license?: string | null
  readonly tensors?: number
}

/** `unknown`: nobody has read the file yet. */
export type FactsState =
  | { readonly state: 'unknown' }
  | { readonly state: 'known'; readonly facts: ModelFacts }
  | { readonly state: 'invalid'; readonly reason: string }

/** The models on this machine. Only what returns a promise touches the disk. */
export interface Library {
  /** In the order they are shown: built-in first, then by folder and name. */
  list(): readonly InstalledModel[]
  /** By id or alias, in any case of letters. */
  find(idOrAlias: string): InstalledModel | undefined
  /** Models in other formats, which nothing here can run as they are. */
  foreign(): readonly ForeignFile[]
  findForeign(id: string): ForeignFile | undefined
  /** What answers a request that names no model. */
  default(): InstalledModel | undefined
  /**
   * The model that is meant: the default for `undefined`. Waits for the first scan where the name is not known yet and
   * looks at the folders again. Rejects with `model_not_found`, naming the installed ones.
   */
  resolve(requested: string | undefined): Promise<InstalledModel>
  /** Fulfils when the scan under way, if any, is done; never rejects. */
  settled(): Promise<void>
  /** The file to load, looked at again now: a file that was swapped, cut or removed since the scan is refused. */
  source(id: string): Promise<ModelSource>
  /** What is known already; never waits. */
  factsNow(id: string): FactsState
  /** Reads the file in the inspector unless that was done before for this very file. Never rejects but by the signal. */
  facts(id: string, signal: AbortSignal): Promise<FactsState>
  /**
   * Fulfils when there is a list worth showing: the folders have been looked at, and the first hundred files that
   * nobody had read yet have been read, as far as that is done in a second and a half.
   */
  listReady(signal: AbortSignal): Promise<void>
  /** Looks at the folders again, for whoever has just put a file there. Never rejects. */
  rescan(): Promise<void>
  /** Begins to look and to watch; does not wait for what is found (see `settled`). */
  start(): Promise<void>
  stop(): Promise<void>
}
