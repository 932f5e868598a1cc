import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The only door to native code: node-llama-cpp's addon, loaded straight from its platform package. Its own JavaScript
 * is left aside: it reads model files with a parser that hostile files hang, starts a second process to test the
 * binary and takes 0.9 s to set up against 0.1 s for this. The exact version is pinned, and binding.test.ts fails
 * when any call below changes.
 */
export interface Binding {
  readonly AddonModel: new (path: string, options: ModelOptions & { addonExports: Binding }) => AddonModel
  readonly AddonContext: new (model: AddonModel, options: ContextOptions) => AddonContext
  readonly AddonSampler: (new (
    model: AddonModel,
  ) => AddonSampler) & {
    /** Moves the state on. @throws when the token does not fit */
    acceptGrammarEvaluationStateToken(state: AddonGrammarState, token: number): void
    canBeNextTokenForGrammarEvaluationState(state: AddonGrammarState, token: number): boolean
  }
  /** @throws for text that is no GBNF */
  readonly AddonGrammar: new (
    text: string,
    options: { addonExports: Binding; rootRuleName: string },
  ) => AddonGrammar
  readonly AddonGrammarEvaluationState: new (model: AddonModel, grammar: AddonGrammar) => AddonGrammarState
  readonly AddonModelLora: new (model: AddonModel, path: string) => AddonLora
  readonly AddonContextSequenceCheckpoint: new () => AddonCheckpoint
  markLoaded(): boolean
  setLogger(logger: (level: number, text: string) => void): void
  setLoggerLogLevel(level: number): void
  setEnv(name: string, value?: string): boolean
  loadBackends(folder?: string): void
  ensureGpuDeviceIsSupported(): void
  init(): Promise<void>
  /** undefined: no backend at all, not even the processor's. */
  getGpuType(): 'metal' | 'cuda' | 'vulkan' | false | undefined
  getMathCores(): number
  getGpuVramInfo(): { total: number; used: number; unifiedSize: number }
}

export interface ModelOptions {
  readonly gpuLayers: number
  readonly useMmap: boolean
  /** Metadata in place of the file's own; 1 marks a number with a fraction. */
  readonly overridesList?: readonly (readonly [key: string, value: string | number, fraction?: 1])[]
  readonly onLoadProgress?: (fraction: number) => void
}

export interface AddonModel {
  /** false: not a model that llama.cpp can load. */
  init(): Promise<boolean>
  dispose(): Promise<void>
  /** @throws where the adapter does not fit the model */
  loadLora(lora: AddonLora): Promise<void>
  tokenize(text: string, special: boolean): Uint32Array
  detokenize(tokens: Uint32Array, special: boolean): string
  getTrainContextSize(): number
  getTotalParameters(): number
  getModelDescription(): string
  getVocabularyType(): number
  /** The token as the vocabulary spells it; undefined beyond the vocabulary's end. */
  getTokenString(token: number): string | undefined
  getTokenAttributes(token: number): number
  isEogToken(token: number): boolean
  shouldPrependBosToken(): boolean
  /** All of these: -1 when the model has none. */
  tokenBos(): number
  tokenEos(): number
  prefixToken(): number
  suffixToken(): number
  middleToken(): number
  sepToken(): number
  shouldAppendEosToken(): boolean
}

/** A LoRA adapter, freed with its model. */
export type AddonLora = object & { readonly usages: number }

/** Parsed and found good; shared by the states that begin from it. */
export interface AddonGrammar {
  isTextCompatible(text: string): boolean
}

/** How far into a grammar an answer is. */
export type AddonGrammarState = object & { readonly grammarState: never }

export interface ContextOptions {
  /** Tokens of all sequences together. */
  readonly contextSize: number
  readonly batchSize: number
  readonly sequences: number
  readonly threads: number
  readonly flashAttention: boolean | 'auto'
  /** As ggml numbers its types. */
  readonly kvCacheKeyType?: number
  readonly kvCacheValueType?: number
  /** Vectors come of it instead of only likelihoods. */
  readonly embeddings?: boolean
  /** One score comes of it. */
  readonly ranking?: boolean
}

/** What of a sequence's state cannot be cut, copied aside in memory. */
export interface AddonCheckpoint {
  init(context: AddonContext, sequence: number): Promise<void>
  dispose(): void
  readonly size: number
  /** The last position it holds. */
  readonly maxPos: number
}

/** Calls on one context must never overlap: the caller awaits each step before the next call. */
export interface AddonContext {
  init(): Promise<boolean>
  dispose(): Promise<void>
  initBatch(tokens: number): void
  /** `logits`: indexes into `tokens` whose logits are wanted. Returns where they will be in the batch. */
  addToBatch(sequence: number, position: number, tokens: Uint32Array, logits: Uint32Array): Uint32Array
  decodeBatch(): Promise<void>
  /** -1 when the sampler leaves no token. */
  sampleToken(logit: number, sampler: AddonSampler): Promise<number>
  /**
   * The same, with the tokens that the sampler left, each followed by its probability among these, the likeliest
   * first; and with the probability of the chosen one.
   */
  sampleToken(
    logit: number,
    sampler: AddonSampler,
    probabilities: boolean,
    confidence: boolean,
  ): Promise<[token: number, probabilities: number[] | undefined, confidence: number | undefined]>
  /** Of sequence 0 after a step: its pooled vector, or its last token's where the model pools none. */
  getEmbedding(tokens: number): Float64Array
  /** Forgets positions `start` to `end` (exclusive; -1: all after). false: this model's state cannot be cut there. */
  removeTokenCellsFromSequence(sequence: number, start: number, end: number): boolean
  disposeSequence(sequence: number): void
  /** The whole state of a sequence into a file, with the tokens it is said to be of. Returns its bytes. */
  saveSequenceStateToFile(path: string, sequence: number, tokens: Uint32Array): Promise<number>
  /** Puts a file's state in a sequence's place, and returns its tokens. @throws when it is not of this model */
  loadSequenceStateFromFile(path: string, sequence: number, mostTokens: number): Promise<Uint32Array>
  /** Goes back to what was copied aside and forgets all after `last`. */
  restoreCheckpoint(checkpoint: AddonCheckpoint, last: number): Promise<boolean>
  /** Puts adapters over the weights, each with its share; whatever was there before goes. */
  setLoras(loras: readonly AddonLora[], scales: readonly number[]): void
  /** @throws where the vocabularies of the two contexts' models differ */
  ensureDraftContextIsCompatibleForSpeculative(draft: AddonContext): void
  /** First position still held; above 0 where a sliding window has dropped the beginning. */
  getSequenceKvCacheMinPosition(sequence: number): number
}

export interface AddonSampler {
  applyConfig(config: SamplerConfig): void
  dispose(): void
}

/** As AddonSampler::ApplyConfig reads it. */
export interface SamplerConfig {
  readonly temperature: number
  readonly topK?: number
  readonly topP?: number
  readonly minP?: number
  readonly seed: number
  readonly repeatPenalty?: number
  readonly repeatPenaltyMaxTokens?: number
  readonly repeatPenaltyTokens?: Uint32Array
  readonly repeatPenaltyPresencePenalty?: number
  readonly repeatPenaltyFrequencyPenalty?: number
  readonly xtcProbability?: number
  readonly xtcThreshold?: number
  readonly dryRepeatPenaltyStrength?: number
  readonly dryRepeatPenaltyBase?: number
  readonly dryRepeatPenaltyAllowedLength?: number
  readonly dryRepeatPenaltyLastTokens?: number
  readonly dryRepeatPenaltySequenceBreakers?: string[]
  readonly grammarEvaluationState?: AddonGrammarState
  readonly tokenBiasKeys?: Uint32Array
  readonly tokenBiasValues?: Float32Array
}

/** The addon's log levels. */
export const logLevels = { error: 2, warn: 3, info: 4 } as const

/** Loads and starts the native engine. @throws when it is missing or does not work on this machine */
export async function loadBinding(log: (level: number, text: string) => void): Promise<Binding> {
  const folder = await nativeFolder()
  const binding = createRequire(import.meta.url)(join(folder, 'llama-addon.node')) as Binding
  binding.markLoaded()
  binding.setLogger(log)
  binding.setLoggerLogLevel(logLevels.info)
  // llama.cpp keeps Metal memory resident between requests by default, which holds it back from the rest of the Mac.
  const metal = process.platform === 'darwin' && binding.setEnv('GGML_METAL_NO_RESIDENCY', '1')
  binding.loadBackends()
  if (binding.getGpuType() === undefined) binding.loadBackends(folder)
  binding.ensureGpuDeviceIsSupported()
  if (metal) binding.setEnv('GGML_METAL_NO_RESIDENCY')
  await binding.init()
  if (binding.getGpuType() === undefined)
    throw new Error(`No llama.cpp backend for this machine in ${folder}`)
  return binding
}

/** Where the addon lies: named by the packaged program, else the platform package that npm installed. */
async function nativeFolder(): Promise<string> {
  const named = process.env.IMPETUS_NATIVE_DIR
  if (named !== undefined) return named
  const name = process.platform === 'darwin' ? 'mac-arm64-metal' : 'linux-x64'
  const platformPackage = (await import(`@node-llama-cpp/${name}`)) as { getBinsDir(): { binsDir: string } }
  return join(platformPackage.getBinsDir().binsDir, name)
}
