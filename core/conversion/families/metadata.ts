import { f32, type Metadata, u32 } from '../gguf/format.ts'
import type { Shape } from './shape.ts'

/** The numbers of a decoder under llama.cpp's names. */
export function commonMetadata(architecture: string, shape: Shape, contextLength: number): Metadata {
  return {
    [`${architecture}.context_length`]: u32(contextLength),
    [`${architecture}.embedding_length`]: u32(shape.width),
    [`${architecture}.block_count`]: u32(shape.layers),
    [`${architecture}.feed_forward_length`]: u32(shape.inner),
    [`${architecture}.attention.head_count`]: u32(shape.heads),
    [`${architecture}.attention.head_count_kv`]: u32(shape.kvHeads),
    [`${architecture}.attention.key_length`]: u32(shape.headWidth),
    [`${architecture}.attention.value_length`]: u32(shape.headWidth),
    [`${architecture}.attention.layer_norm_rms_epsilon`]: f32(shape.epsilon),
    [`${architecture}.rope.dimension_count`]: u32(shape.headWidth),
    [`${architecture}.vocab_size`]: u32(shape.vocabulary),
  }
}
