import { InvalidModel } from './cursor.ts'
import { type Gguf, type GgufArray, type GgufValue, printable } from './gguf.ts'
import { tensorTypes } from './tensor-types.ts'

/** What a model file says of itself, checked. Read without native code and without rendering its template. */
export interface GgufFacts {
  readonly architecture: string
  readonly name: string | null
  readonly parameters: number
  /** The tensors' commonest type by bytes: `Q4_K`, `F16` … */
  readonly quantisation: string
  readonly contextLength: number
  readonly embeddingLength: number
  readonly blockCount: number
  /** Heads and key-value heads of each block; 0 for blocks without attention. */
  readonly heads: readonly number[]
  readonly kvHeads: readonly number[]
  /** Elements of one key and one value head. */
  readonly keyLength: number
  readonly valueLength: number
  /** Tokens of the sliding window; null where attention sees everything. */
  readonly slidingWindow: number | null
  readonly vocabularySize: number
  readonly chatTemplate: string | null
  readonly hasInfillTokens: boolean
  readonly bos: number | null
  readonly eos: number | null
  readonly tensorBytes: number
  readonly fileBytes: number
  readonly split: { readonly part: number; readonly parts: number; readonly tensors: number } | null
  /** How an embedding or reranking model makes one vector or score of its tokens; null where it does not say. */
  readonly pooling: 'none' | 'mean' | 'cls' | 'last' | 'rank' | null
  /** What it is good for; `other` is what this engine has no use for (speech, diffusion, drafts for other models). */
  readonly kind: 'text' | 'embedding' | 'reranking' | 'other'
  readonly license?: string | null
  /** How many there are in all parts. */
  readonly tensors?: number
}

/** What llama.cpp is built for; more would end its process. */
const mostBlocks = 512
const mostExperts = 512

/** State instead of attention: no heads. */
const recurrent: ReadonlySet<string> = new Set(['mamba', 'mamba2', 'rwkv6', 'rwkv6qwen2', 'rwkv7', 'arwkv7'])
/** Some blocks with attention and some without, which not all of them say of their heads. */
const hybrid: ReadonlySet<string> = new Set([
  'jamba',
  'falcon-h1',
  'plamo2',
  'granitehybrid',
  'lfm2',
  'lfm2moe',
  'nemotron_h',
  'nemotron_h_moe',
  'qwen3next',
  'qwen35',
  'qwen35moe',
  'kimi-linear',
])
/** Files that go with a model but are none. */
const companions: Readonly<Record<string, string>> = {
  adapter: 'a LoRA adapter',
  mmproj: 'an image projector',
  vocab: 'a vocabulary only',
}
const encoders: ReadonlySet<string> = new Set([
  'bert',
  'modern-bert',
  'nomic-bert',
  'nomic-bert-moe',
  'neo-bert',
  'jina-bert-v2',
  'jina-bert-v3',
  'eurobert',
  'gemma-embedding',
  'llama-embed',
])
const otherKinds: ReadonlySet<string> = new Set([
  't5',
  't5encoder',
  'wavtokenizer-dec',
  'qwen3tts',
  'pockettts',
  'dream',
  'llada',
  'llada-moe',
  'rnd1',
  'eagle3',
  'dflash',
  'gemma4-assistant',
])
const poolings = ['none', 'mean', 'cls', 'last', 'rank'] as const

/** Makes sense of a file's description. @throws InvalidModel for one that llama.cpp could not run or would die of */
export function ggufFacts(gguf: Gguf, fileBytes: number): GgufFacts {
  const { values } = gguf
  const architecture = text(values, 'general.architecture')
  if (architecture === null || architecture === '')
    throw new InvalidModel('The file does not name its architecture.')
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(architecture)) {
    throw new InvalidModel(`"${printable(architecture)}" is no architecture's name.`)
  }
  const kind = text(values, 'general.type')
  const companion = companions[kind ?? ''] ?? (architecture === 'clip' ? companions.mmproj : undefined)
  if (companion !== undefined) throw new InvalidModel(`The file is ${companion}, not a model of its own.`)
  const split = splitOf(values)
  if (gguf.tensors.length === 0 && split === null) throw new InvalidModel('The file has no tensors.')

  const own = (key: string) => `${architecture}.${key}`
  const blockCount = whole(values, own('block_count'), 1, mostBlocks)
  const embeddingLength = whole(values, own('embedding_length'), 1, 1 << 20)
  const contextLength = whole(values, own('context_length'), 1, 2 ** 31 - 1)
  const needsHeads = !recurrent.has(architecture)
  const heads = perBlock(values, own('attention.head_count'), blockCount, needsHeads ? undefined : 0)
  if (needsHeads && heads.every(count => count === 0))
    throw new InvalidModel(`"${own('attention.head_count')}" must not be 0.`)
  const kvHeads = values.has(own('attention.head_count_kv'))
    ? perBlock(values, own('attention.head_count_kv'), blockCount)
    : heads
  if (values.has(own('feed_forward_length')))
    perBlock(values, own('feed_forward_length'), blockCount, undefined, 1)
  checkExperts(values, own)

  const vocabularySize = (values.get('tokenizer.ggml.tokens') as GgufArray | undefined)?.length ?? 0
  if (vocabularySize === 0) throw new InvalidModel('The file has no vocabulary.')
  const pooling = poolingOf(values, own('pooling_type'))
  const headLength = Math.floor(embeddingLength / Math.max(1, ...heads))
  return {
    architecture,
    name: text(values, 'general.name'),
    parameters: gguf.tensors.reduce((sum, tensor) => sum + tensor.elements, 0),
    quantisation: commonestType(gguf),
    contextLength,
    embeddingLength,
    blockCount,
    heads,
    kvHeads,
    keyLength: optionalWhole(values, own('attention.key_length'), 1, 65_536) ?? headLength,
    valueLength: optionalWhole(values, own('attention.value_length'), 1, 65_536) ?? headLength,
    slidingWindow: optionalWhole(values, own('attention.sliding_window'), 0, 2 ** 31 - 1) || null,
    vocabularySize,
    chatTemplate: text(values, 'tokenizer.chat_template'),
    hasInfillTokens: hasInfillTokens(values),
    bos: optionalWhole(values, 'tokenizer.ggml.bos_token_id', 0, 2 ** 32 - 1),
    eos: optionalWhole(values, 'tokenizer.ggml.eos_token_id', 0, 2 ** 32 - 1),
    tensorBytes: gguf.dataBytes,
    fileBytes,
    split,
    pooling,
    kind: kindOf(architecture, pooling),
    license: licenseOf(values),
    tensors: gguf.tensors.length,
  }
}

/**
 * Whether a model's state cannot be cut back to fewer tokens: blocks that keep one state instead of a key and a value
 * for each token, or sliding windows, which drop what lies behind them.
 */
export function hasWholeState({ architecture, kvHeads, slidingWindow }: GgufFacts): boolean {
  return (
    slidingWindow !== null || recurrent.has(architecture) || kvHeads.includes(0) || hybrid.has(architecture)
  )
}

function text(values: ReadonlyMap<string, GgufValue>, key: string): string | null {
  const value = values.get(key)
  if (value === undefined) return null
  if (typeof value === 'string') return value
  throw new InvalidModel(`"${printable(key)}" should be a text.`)
}

function optionalWhole(
  values: ReadonlyMap<string, GgufValue>,
  key: string,
  least: number,
  most: number,
): number | null {
  const value = values.get(key)
  return value === undefined || typeof value === 'object' ? null : within(value, key, least, most)
}

function whole(values: ReadonlyMap<string, GgufValue>, key: string, least: number, most: number): number {
  const value = values.get(key)
  if (value === undefined) throw new InvalidModel(`The file does not say "${printable(key)}".`)
  return within(value, key, least, most)
}

function within(value: GgufValue, key: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  const shown = typeof value === 'object' ? 'a list' : printable(String(value))
  throw new InvalidModel(
    `"${printable(key)}" should be a whole number from ${least} to ${most}, and is ${shown}.`,
  )
}

/** A number for all blocks, or one for each. */
function perBlock(
  values: ReadonlyMap<string, GgufValue>,
  key: string,
  blocks: number,
  fallback?: number,
  least = 0,
): readonly number[] {
  const value = values.get(key)
  if (value === undefined && fallback !== undefined) return Array<number>(blocks).fill(fallback)
  if (typeof value !== 'object') return Array<number>(blocks).fill(whole(values, key, least, 1 << 20))
  if (value.text || value.length < blocks || value.numbers.length !== value.length) {
    throw new InvalidModel(`"${printable(key)}" should have one number for each of ${blocks} blocks.`)
  }
  return value.numbers.slice(0, blocks).map(each => within(each, key, 0, 1 << 20))
}

function checkExperts(values: ReadonlyMap<string, GgufValue>, own: (key: string) => string): void {
  const experts = optionalWhole(values, own('expert_count'), 0, mostExperts) ?? 0
  optionalWhole(values, own('expert_used_count'), experts === 0 ? 0 : 1, experts)
}

/** Which part of a split model a file is; null for a model in one file. */
export function splitOf(values: ReadonlyMap<string, GgufValue>): GgufFacts['split'] {
  const parts = optionalWhole(values, 'split.count', 0, 65_535) ?? 0
  if (parts <= 1) return null
  const part = whole(values, 'split.no', 0, parts - 1)
  return { part, parts, tensors: whole(values, 'split.tensors.count', 0, 2 ** 31 - 1) }
}

function commonestType(gguf: Gguf): string {
  const bytes = new Map<number, number>()
  for (const tensor of gguf.tensors) bytes.set(tensor.type, (bytes.get(tensor.type) ?? 0) + tensor.bytes)
  const [type] = [...bytes].sort((a, b) => b[1] - a[1])[0] ?? [0]
  return tensorTypes.get(type)?.name ?? 'unknown'
}

/** Its short name; some files hold the whole text under this key. */
function licenseOf(values: ReadonlyMap<string, GgufValue>): string | null {
  const license = values.get('general.license')
  return typeof license === 'string' && license !== '' ? printable(license.trim(), 100) : null
}

function hasInfillTokens(values: ReadonlyMap<string, GgufValue>): boolean {
  return ['pre', 'suf', 'mid'].every(part => values.has(`tokenizer.ggml.fim_${part}_token_id`))
}

function kindOf(architecture: string, pooling: GgufFacts['pooling']): GgufFacts['kind'] {
  if (otherKinds.has(architecture)) return 'other'
  if (pooling === 'rank') return 'reranking'
  return encoders.has(architecture) || (pooling !== null && pooling !== 'none') ? 'embedding' : 'text'
}

function poolingOf(values: ReadonlyMap<string, GgufValue>, key: string): GgufFacts['pooling'] {
  const type = optionalWhole(values, key, 0, poolings.length - 1)
  return type === null ? null : (poolings[type] ?? null)
}
