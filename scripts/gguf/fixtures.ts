/**
 * Models of random weights that llama.cpp really loads: small ones of several kinds for tests, and one of the size of
 * SmolLM2-135M for benchmarks. The same seed makes the same bytes. They answer readable gibberish and never stop by
 * themselves: tokens that would end the text, and bytes that alone are no UTF-8, always lose.
 */

import {
  bool,
  f32,
  fileTypeIds,
  type Metadata,
  string,
  type TensorType,
  u32,
} from '../../core/conversion/gguf/format.ts'
import { writeGguf } from '../../core/conversion/gguf/write.ts'
import { type Decoder, decoderMetadata, decoderTensors } from './decoder.ts'
import { constantVector, randomMatrix } from './random-tensors.ts'
import { writeSplit } from './split.ts'
import { chatMl, chatMlThinking, gemmaTurns } from './templates.ts'
import {
  noBos,
  syntheticBpe,
  syntheticSentencePiece,
  syntheticWordPiece,
  unspeakable,
  vocabularyMetadata,
} from './vocabularies.ts'

export interface FixtureOptions {
  readonly seed?: number
  /** Tokens the model says it was trained for. */
  readonly contextLength?: number
  readonly type?: TensorType
  /** Shown as the model's name. */
  readonly name?: string
  /** Jinja; `null` leaves the template out. */
  readonly chatTemplate?: string | null
}

const chatMlTokens = [
  '<|endoftext|>',
  '<|im_start|>',
  '<|im_end|>',
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
]
const chatMlRoles = {
  bos: '<|endoftext|>',
  eos: '<|im_end|>',
  eot: '<|im_end|>',
  padding: '<|endoftext|>',
  fim_pre: '<|fim_prefix|>',
  fim_mid: '<|fim_middle|>',
  fim_suf: '<|fim_suffix|>',
}

function general(architecture: string, type: TensorType, name: string): Metadata {
  return {
    'general.architecture': string(architecture),
    'general.name': string(name),
    'general.type': string('model'),
    'general.file_type': u32(fileTypeIds[type]),
    'general.quantization_version': u32(2),
  }
}

function template(options: FixtureOptions, standard: string): Metadata {
  const text = options.chatTemplate === undefined ? standard : options.chatTemplate
  return text === null ? {} : { 'tokenizer.chat_template': string(text) }
}

interface Made {
  readonly metadata: Metadata
  readonly tensors: ReturnType<typeof decoderTensors>
}

const tinyShape = { width: 64, layers: 2, heads: 4, kvHeads: 2, headWidth: 32, inner: 192 }

function bpeModel(
  shape: Omit<Decoder, 'seed' | 'type' | 'unspeakable' | 'contextLength'>,
  options: FixtureOptions,
  defaults: { name: string; type: TensorType; contextLength: number; chatTemplate: string },
): Made {
  const type = options.type ?? defaults.type
  const vocabulary = syntheticBpe(shape.vocabulary, chatMlTokens)
  const decoder: Decoder = {
    ...shape,
    seed: options.seed ?? 1,
    type,
    contextLength: options.contextLength ?? defaults.contextLength,
    unspeakable: unspeakable(vocabulary),
  }
  return {
    metadata: {
      ...general(shape.architecture, type, options.name ?? defaults.name),
      ...decoderMetadata(decoder),
      ...vocabularyMetadata('gpt2', 'smollm', vocabulary, chatMlRoles),
      ...noBos,
      ...template(options, defaults.chatTemplate),
    },
    tensors: decoderTensors(decoder),
  }
}

function tinyLlama(options: FixtureOptions): Made {
  return bpeModel(
    { architecture: 'llama', ...tinyShape, vocabulary: 1024, tied: false, ropeBase: 10_000 },
    options,
    {
      name: 'Tiny random Llama',
      type: 'F32',
      contextLength: 2048,
      chatTemplate: chatMl,
    },
  )
}

/** A Llama of 1 MB: byte-level BPE, ChatML with tools, FIM tokens. `type: 'F16'` makes the half-precision one. */
export async function writeTinyLlama(path: string, options: FixtureOptions = {}): Promise<void> {
  const { metadata, tensors } = tinyLlama(options)
  await writeGguf(path, metadata, tensors)
}

/** The same model in parts, two by default. @returns the parts' paths, the one to load first */
export async function writeSplitLlama(
  path: string,
  options: FixtureOptions & { parts?: number } = {},
): Promise<string[]> {
  const { metadata, tensors } = tinyLlama(options)
  return writeSplit(path, metadata, tensors, options.parts ?? 2)
}

/** Qwen 3's shape: norms on queries and keys, a template that can think. */
export async function writeQwenLike(path: string, options: FixtureOptions = {}): Promise<void> {
  const { metadata, tensors } = bpeModel(
    {
      architecture: 'qwen3',
      ...tinyShape,
      vocabulary: 1024,
      tied: false,
      ropeBase: 1_000_000,
      queryKeyNorm: true,
    },
    options,
    { name: 'Tiny random Qwen', type: 'F32', contextLength: 4096, chatTemplate: chatMlThinking },
  )
  await writeGguf(path, metadata, tensors)
}

/** Gemma 3's shape: SentencePiece vocabulary with a BOS token, norms after each part, sliding window, no tools. */
export async function writeGemmaLike(path: string, options: FixtureOptions = {}): Promise<void> {
  const type = options.type ?? 'F32'
  const vocabulary = syntheticSentencePiece(1024, [
    '<pad>',
    '<eos>',
    '<bos>',
    '<unk>',
    '<start_of_turn>',
    '<end_of_turn>',
  ])
  const decoder: Decoder = {
    architecture: 'gemma3',
    ...tinyShape,
    vocabulary: vocabulary.tokens.length,
    tied: false,
    ropeBase: 1_000_000,
    queryKeyNorm: true,
    postNorms: true,
    slidingWindow: 512,
    seed: options.seed ?? 1,
    type,
    contextLength: options.contextLength ?? 2048,
    unspeakable: unspeakable(vocabulary),
  }
  await writeGguf(
    path,
    {
      ...general('gemma3', type, options.name ?? 'Tiny random Gemma'),
      ...decoderMetadata(decoder),
      ...vocabularyMetadata('llama', 'default', vocabulary, {
        bos: '<bos>',
        eos: '<eos>',
        eot: '<end_of_turn>',
        unknown: '<unk>',
        padding: '<pad>',
      }),
      'tokenizer.ggml.add_bos_token': bool(true),
      'tokenizer.ggml.add_space_prefix': bool(false),
      ...template(options, gemmaTurns),
    },
    decoderTensors(decoder),
  )
}

/** About 135M parameters in the shape of SmolLM2-135M (30 × 576), Q8_0: what benchmarks load. 143 MB, seconds. */
export async function writeBenchModel(path: string, options: FixtureOptions = {}): Promise<void> {
  const { metadata, tensors } = bpeModel(
    {
      architecture: 'llama',
      width: 576,
      layers: 30,
      heads: 9,
      kvHeads: 3,
      headWidth: 64,
      inner: 1536,
      vocabulary: 49_152,
      tied: true,
      ropeBase: 100_000,
    },
    options,
    { name: 'Random 135M', type: 'Q8_0', contextLength: 8192, chatTemplate: chatMl },
  )
  await writeGguf(path, metadata, tensors)
}

const bertShape = { width: 64, layers: 2, heads: 2, inner: 128 }

async function writeBert(path: string, options: FixtureOptions, rank: boolean): Promise<void> {
  const { width, layers, heads, inner } = bertShape
  const { seed = 1, type = 'F32', contextLength = 512 } = options
  const vocabulary = syntheticWordPiece(1024, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'])
  const matrix = (name: string, columns: number, rows: number) =>
    randomMatrix(name, columns, rows, { seed, type })
  const affine = (name: string, columns: number, rows: number) => [
    matrix(`${name}.weight`, columns, rows),
    constantVector(`${name}.bias`, rows, 0),
  ]
  const norm = (name: string) => [
    constantVector(`${name}.weight`, width, 1),
    constantVector(`${name}.bias`, width, 0),
  ]
  const tensors = [
    randomMatrix('token_embd.weight', width, vocabulary.tokens.length, { seed, type, deviation: 1 }),
    randomMatrix('token_types.weight', width, 2, { seed, type: 'F32', deviation: 0.1 }),
    randomMatrix('position_embd.weight', width, contextLength, { seed, type: 'F32', deviation: 0.1 }),
    ...norm('token_embd_norm'),
    ...Array.from({ length: layers }, (_, layer) => [
      ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].flatMap(part =>
        affine(`blk.${layer}.${part}`, width, width),
      ),
      ...norm(`blk.${layer}.attn_output_norm`),
      ...affine(`blk.${layer}.ffn_up`, width, inner),
      ...affine(`blk.${layer}.ffn_down`, inner, width),
      ...norm(`blk.${layer}.layer_output_norm`),
    ]).flat(),
    ...(rank ? [...affine('cls', width, width), ...affine('cls.output', width, 1)] : []),
  ]
  await writeGguf(
    path,
    {
      ...general('bert', type, options.name ?? (rank ? 'Tiny random reranker' : 'Tiny random BERT')),
      'bert.context_length': u32(contextLength),
      'bert.embedding_length': u32(width),
      'bert.block_count': u32(layers),
      'bert.feed_forward_length': u32(inner),
      'bert.attention.head_count': u32(heads),
      'bert.attention.layer_norm_epsilon': f32(1e-12),
      'bert.attention.causal': bool(false),
      'bert.pooling_type': u32(rank ? 4 : 1),
      'tokenizer.ggml.token_type_count': u32(2),
      ...vocabularyMetadata('bert', 'jina-v2-en', vocabulary, {
        bos: '[CLS]',
        eos: '[SEP]',
        unknown: '[UNK]',
        seperator: '[SEP]', // sic: llama.cpp's key is spelt so
        padding: '[PAD]',
        cls: '[CLS]',
        mask: '[MASK]',
      }),
    },
    tensors,
  )
}

/** A BERT that embeds text: 64 dimensions, mean pooling, 512 tokens. */
export function writeEmbedder(path: string, options: FixtureOptions = {}): Promise<void> {
  return writeBert(path, options, false)
}

/** A BERT that scores a document for a query (`pooling_type` rank). */
export function writeReranker(path: string, options: FixtureOptions = {}): Promise<void> {
  return writeBert(path, options, true)
}
