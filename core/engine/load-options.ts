/** How a model is brought into memory; what is absent the engine chooses. */
export interface LoadOptions {
  readonly signal: AbortSignal
  readonly onProgress?: (fraction: number) => void
  /** Tokens; by default the trained length, cut to `maxContextLength`. */
  readonly contextLength?: number
  readonly slots?: number
  readonly threads?: number
  /** Layers to offload; by default all where there is a GPU. */
  readonly gpuLayers?: number
  /** Widest step, in tokens. */
  readonly batchSize?: number
  /** Absent: where the model and the machine are made for it. */
  readonly flashAttention?: boolean
  /** How exactly the state of past tokens is kept; half precision by default. */
  readonly kvCacheType?: KvCacheType
  /** Jinja in place of the model's own template. */
  readonly chatTemplate?: string
  /** LoRA adapters over the weights, each with its share. */
  readonly adapters?: readonly Adapter[]
  /** File of a small model with the same vocabulary, which guesses for this one. */
  readonly draftPath?: string
  /** Whether several tokens are guessed at a time, and from what; `auto` by default. */
  readonly speculation?: Speculation
  /** Frequency base of the positions; absent: the model's own. */
  readonly ropeBase?: number
  readonly ropeScaling?: 'none' | 'linear' | 'yarn'
  /** How many times the trained context positions are stretched to; counts with `linear` and `yarn`. */
  readonly ropeFactor?: number
  /** Bytes that the model may take, whatever the system has free. */
  readonly memoryLimit?: number
}

export interface Adapter {
  readonly path: string
  readonly scale: number
}

/** `lookup`: from what was said before; `draft`: by the draft model; `auto`: both, as far as they are there. */
export type Speculation = 'auto' | 'lookup' | 'draft' | 'off'

export type KvCacheType = 'f16' | 'q8_0' | 'q4_0'
