import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeMlx, writePytorch, writeSafetensors } from './checkpoints.testing.ts'
import { frequencies, type ReferenceModel } from './reference.testing.ts'
import {
  encodePieces,
  type TinyTokenizer,
  tinyPieces,
  writeByteLevel,
  writePiecesJson,
  writeTokenizerModel,
} from './tokenizers.testing.ts'
import { type Dtype, type Extras, randomWeights, type TinyShape, type Weights } from './weights.testing.ts'

/** A tiny model of one family: what its config.json says, and what the reference needs beside the weights. */
export interface TinyFamily {
  readonly architecture: string
  readonly shape: TinyShape
  readonly extras: Extras
  readonly config: object
  readonly reference: Omit<ReferenceModel, keyof TinyShape | 'weights' | 'tied'>
  /**
   * Seeds of models that talk and do not repeat themselves, and whose likeliest token always leads by more than
   * rounding can take away; packed into 4 bits a model is another one.
   */
  readonly seeds: { readonly plain: number; readonly packed: number }
  /** Writes the tokenizer's files. */
  readonly tokenizer: (folder: string) => TinyTokenizer
}

const base: TinyShape = {
  layers: 3,
  width: 64,
  inner: 96,
  heads: 4,
  kvHeads: 2,
  headWidth: 16,
  vocabulary: 400,
}
const wide = { ...base, headWidth: 32 }
const root = (value: number) => 1 / Math.sqrt(value)
const plain = { epsilon: 1e-5, activation: 'silu', scale: root(16) } as const

const llama3: Pick<TinyFamily, 'tokenizer'> = {
  tokenizer: folder =>
    writeByteLevel(folder, 'Llama 3', 390, ['<|begin_of_text|>', '<|eot_id|>'], {
      bos_token: '<|begin_of_text|>',
      eos_token: '<|eot_id|>',
      chat_template: '{{ bos_token }}{% for m in messages %}{{ m.content }}<|eot_id|>{% endfor %}',
    }),
}
const qwen: Pick<TinyFamily, 'tokenizer'> = {
  tokenizer: folder =>
    writeByteLevel(folder, 'Qwen', 390, ['<|endoftext|>', '<|im_start|>', '<|im_end|>'], {
      add_bos_token: false,
      bos_token: null,
      eos_token: { content: '<|im_end|>', special: true },
      pad_token: '<|endoftext|>',
      chat_template: [{ name: 'default', template: '{{ messages[0].content }}<|im_end|>' }],
    }),
}

function pieces(
  special: string[],
  addsSpace: boolean,
  config: object,
  asJson = false,
): TinyFamily['tokenizer'] {
  return folder => {
    const vocabulary = tinyPieces(398, special)
    if (asJson) writePiecesJson(folder, vocabulary, addsSpace)
    else writeTokenizerModel(folder, vocabulary, { addsSpace })
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
    return {
      encode: encodePieces(vocabulary, addsSpace),
      size: vocabulary.tokens.length,
      id: token => vocabulary.tokens.indexOf(token),
    }
  }
}
const llama2Special = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }
const gemmaTokens = ['<pad>', '<eos>', '<bos>', '<unk>']
const gemmaSpecial = { bos_token: '<bos>', eos_token: '<eos>', pad_token: '<pad>', add_bos_token: true }

/** Llama 3.1's numbers, with a trained range so short that every kind of frequency is there. */
const scaling = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 64,
}

function llama3Frequencies(theta: number, headWidth: number): number[] {
  return frequencies(theta, headWidth).map(frequency => {
    const length = (2 * Math.PI) / frequency
    const { factor, original_max_position_embeddings: trained } = scaling
    if (length < trained / 4) return frequency
    if (length > trained) return frequency / factor
    const smooth = (trained / length - 1) / 3
    return ((1 - smooth) * frequency) / factor + smooth * frequency
  })
}

function config({ layers, width, inner, heads, kvHeads, headWidth, vocabulary }: TinyShape): object {
  return {
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headWidth,
    vocab_size: vocabulary,
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
  }
}

/** Each family as its own makers configure it, at a size that a test computes by hand. */
export const tinyFamilies: Readonly<Record<string, TinyFamily>> = {
  'Llama 2': {
    seeds: { plain: 4, packed: 4 },
    architecture: 'LlamaForCausalLM',
    shape: base,
    extras: { embeddings: 1 },
    config: { ...config(base), hidden_act: 'silu', rope_theta: 10_000, tie_word_embeddings: false },
    reference: { ...plain, frequencies: () => frequencies(10_000, 16) },
    tokenizer: pieces(['<unk>', '<s>', '</s>'], true, llama2Special),
  },
  'Llama 3': {
    seeds: { plain: 4, packed: 6 },
    architecture: 'LlamaForCausalLM',
    shape: base,
    extras: { tied: true, embeddings: 0.1, lastNorm: 4 },
    config: {
      ...config(base),
      hidden_act: 'silu',
      rope_theta: 500_000,
      rope_scaling: scaling,
      tie_word_embeddings: true,
    },
    reference: { ...plain, frequencies: () => llama3Frequencies(500_000, 16) },
    ...llama3,
  },
  Mistral: {
    seeds: { plain: 2, packed: 4 },
    architecture: 'MistralForCausalLM',
    shape: wide,
    extras: {},
    config: { ...config(wide), hidden_act: 'silu', rope_theta: 1_000_000, sliding_window: null },
    reference: { ...plain, scale: root(32), frequencies: () => frequencies(1_000_000, 32) },
    tokenizer: pieces(['<unk>', '<s>', '</s>'], true, llama2Special, true),
  },
  'Qwen 2': {
    seeds: { plain: 1, packed: 8 },
    architecture: 'Qwen2ForCausalLM',
    shape: base,
    extras: { biases: true },
    config: { ...config(base), hidden_act: 'silu', rope_theta: 1_000_000, use_sliding_window: false },
    reference: { ...plain, frequencies: () => frequencies(1_000_000, 16) },
    ...qwen,
  },
  'Qwen 3': {
    seeds: { plain: 5, packed: 6 },
    architecture: 'Qwen3ForCausalLM',
    shape: wide,
    extras: { headNorms: true, tied: true, embeddings: 0.1, lastNorm: 4 },
    config: { ...config(wide), hidden_act: 'silu', rope_theta: 1_000_000, tie_word_embeddings: true },
    reference: { ...plain, headNorms: true, scale: root(32), frequencies: () => frequencies(1_000_000, 32) },
    ...qwen,
  },
  Gemma: {
    seeds: { plain: 1, packed: 7 },
    architecture: 'GemmaForCausalLM',
    shape: { ...wide, kvHeads: 1 },
    extras: { normsAround: 0, tied: true, embeddings: 0.015, lastNorm: 20 },
    config: { ...config({ ...wide, kvHeads: 1 }), hidden_act: 'gelu' },
    reference: {
      epsilon: 1e-5,
      activation: 'gelu',
      gemma: true,
      scale: root(32),
      frequencies: () => frequencies(10_000, 32),
    },
    tokenizer: pieces(gemmaTokens, false, gemmaSpecial),
  },
  'Gemma 2': {
    seeds: { plain: 10, packed: 9 },
    architecture: 'Gemma2ForCausalLM',
    shape: { ...wide, layers: 4 },
    extras: { normsAround: 0, tied: true, postNorms: true, embeddings: 0.06, lastNorm: 5 },
    config: {
      ...config({ ...wide, layers: 4 }),
      hidden_activation: 'gelu_pytorch_tanh',
      query_pre_attn_scalar: 32,
      attn_logit_softcapping: 50,
      final_logit_softcapping: 30,
      sliding_window: 8,
    },
    reference: {
      epsilon: 1e-5,
      activation: 'gelu',
      gemma: true,
      postNorms: true,
      scale: root(32),
      scoreCap: 50,
      logitCap: 30,
      frequencies: () => frequencies(10_000, 32),
      window: layer => (layer % 2 === 0 ? 8 : undefined),
    },
    tokenizer: pieces(gemmaTokens, false, gemmaSpecial, true),
  },
  'Gemma 3': {
    seeds: { plain: 3, packed: 2 },
    architecture: 'Gemma3ForCausalLM',
    shape: { ...wide, layers: 7 },
    extras: { normsAround: 0, tied: true, postNorms: true, headNorms: true, embeddings: 0.06, lastNorm: 5 },
    config: {
      ...config({ ...wide, layers: 7 }),
      hidden_activation: 'gelu_pytorch_tanh',
      query_pre_attn_scalar: 32,
      rope_theta: 1_000_000,
      rope_local_base_freq: 20_000,
      rope_scaling: { rope_type: 'linear', factor: 8 },
      sliding_window: 8,
      sliding_window_pattern: 6,
    },
    reference: {
      epsilon: 1e-5,
      activation: 'gelu',
      gemma: true,
      postNorms: true,
      headNorms: true,
      scale: root(32),
      frequencies: layer =>
        layer === 5 ? frequencies(1_000_000, 32).map(each => each / 8) : frequencies(20_000, 32),
      window: layer => (layer === 5 ? undefined : 8),
    },
    tokenizer: pieces(gemmaTokens, false, gemmaSpecial),
  },
}

export interface Written {
  readonly reference: ReferenceModel
  readonly tokenizer: TinyTokenizer
}

export type Form = 'SafeTensors' | 'MLX' | 'PyTorch'

export interface FormOptions {
  readonly dtype?: Dtype
  readonly bits?: 4 | 8
  /** Matrices that MLX packs into bits of their own. */
  readonly others?: Readonly<Record<string, 4 | 8>>
  readonly shards?: number
}

/** Writes a tiny model of a family in one of the forms; answers what the reference makes of the same weights. */
export function writeTinyModel(
  folder: string,
  family: TinyFamily,
  form: Form,
  { dtype = 'F16', bits = 4, others = {}, shards = 1 }: FormOptions = {},
): Written {
  const { architecture, shape, extras, config: said, reference, seeds } = family
  const tied = extras.tied ?? false
  const isMlx = form === 'MLX'
  const weights = randomWeights(shape, extras, dtype, isMlx ? seeds.packed : seeds.plain)
  let become: ReadonlyMap<string, Weights> = weights
  if (isMlx) become = writeMlx(folder, weights, bits, 32, others)
  else if (form === 'PyTorch') writePytorch(folder, weights, dtype)
  else writeSafetensors(folder, weights, dtype, shards)
  const own = Object.entries(others).map(([stem, each]) => [stem, { group_size: 32, bits: each }])
  const quantization = isMlx ? { quantization: { group_size: 32, bits, ...Object.fromEntries(own) } } : {}
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ architectures: [architecture], ...said, ...quantization }),
  )
  return { reference: { ...shape, ...reference, weights: become, tied }, tokenizer: family.tokenizer(folder) }
}
