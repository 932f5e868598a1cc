import { f32, type Metadata, type Tensor, type TensorType, u32 } from '../../core/conversion/gguf/format.ts'
import { constantVector, randomMatrix } from './random-tensors.ts'

/** The shape of a decoder-only transformer with gated feed-forward, as Llama, Qwen and Gemma are. */
export interface Decoder {
  readonly architecture: 'llama' | 'qwen3' | 'gemma3'
  readonly vocabulary: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headWidth: number
  readonly inner: number
  readonly contextLength: number
  readonly ropeBase: number
  /** Output weights are the embeddings; a random model then likes to repeat the token it has just said. */
  readonly tied: boolean
  readonly queryKeyNorm?: boolean
  readonly postNorms?: boolean
  readonly slidingWindow?: number
  readonly seed: number
  readonly type: TensorType
  /** Tokens that must never be the likeliest. */
  readonly unspeakable: ReadonlySet<number>
}

export function decoderMetadata(decoder: Decoder): Metadata {
  const { architecture } = decoder
  return {
    [`${architecture}.context_length`]: u32(decoder.contextLength),
    [`${architecture}.embedding_length`]: u32(decoder.width),
    [`${architecture}.block_count`]: u32(decoder.layers),
    [`${architecture}.feed_forward_length`]: u32(decoder.inner),
    [`${architecture}.attention.head_count`]: u32(decoder.heads),
    [`${architecture}.attention.head_count_kv`]: u32(decoder.kvHeads),
    [`${architecture}.attention.key_length`]: u32(decoder.headWidth),
    [`${architecture}.attention.value_length`]: u32(decoder.headWidth),
    [`${architecture}.attention.layer_norm_rms_epsilon`]: f32(1e-5),
    ...(decoder.slidingWindow && {
      [`${architecture}.attention.sliding_window`]: u32(decoder.slidingWindow),
    }),
    [`${architecture}.rope.dimension_count`]: u32(decoder.headWidth),
    [`${architecture}.rope.freq_base`]: f32(decoder.ropeBase),
    [`${architecture}.vocab_size`]: u32(decoder.vocabulary),
  }
}

/**
 * Logits spread about three standard deviations: enough that a token with a logit of zero practically never wins, also
 * when sampling at temperature 1.
 */
const logitDeviation = 3

export function decoderTensors(decoder: Decoder): Tensor[] {
  const { width, heads, kvHeads, headWidth, inner, vocabulary, seed, type, unspeakable } = decoder
  const words = { seed, type, deviation: logitDeviation / Math.sqrt(width), zeroRows: unspeakable }
  // Gemma multiplies its embeddings by the root of the width; left alone they would drown what the layers add.
  const spread = decoder.architecture === 'gemma3' ? 1 / Math.sqrt(width) : 1
  const layer = (index: number): Tensor[] => {
    const matrix = (part: string, columns: number, rows: number) =>
      randomMatrix(`blk.${index}.${part}.weight`, columns, rows, { seed, type })
    const norm = (part: string, length: number) => constantVector(`blk.${index}.${part}.weight`, length, 1)
    return [
      norm('attn_norm', width),
      matrix('attn_q', width, heads * headWidth),
      matrix('attn_k', width, kvHeads * headWidth),
      matrix('attn_v', width, kvHeads * headWidth),
      matrix('attn_output', heads * headWidth, width),
      ...(decoder.queryKeyNorm ? [norm('attn_q_norm', headWidth), norm('attn_k_norm', headWidth)] : []),
      ...(decoder.postNorms ? [norm('post_attention_norm', width)] : []),
      norm('ffn_norm', width),
      matrix('ffn_gate', width, inner),
      matrix('ffn_up', width, inner),
      matrix('ffn_down', inner, width),
      ...(decoder.postNorms ? [norm('post_ffw_norm', width)] : []),
    ]
  }
  return [
    randomMatrix(
      'token_embd.weight',
      width,
      vocabulary,
      decoder.tied ? words : { seed, type, deviation: spread },
    ),
    ...Array.from({ length: decoder.layers }, (_, index) => layer(index)).flat(),
    constantVector('output_norm.weight', width, 1),
    ...(decoder.tied ? [] : [randomMatrix('output.weight', width, vocabulary, words)]),
  ]
}
