import type { SourceTensor } from '../checkpoint/types.ts'
import type { Metadata } from '../gguf/format.ts'

/** What becomes of a tensor's values on their way. */
export type Change =
  /** They stay. */
  | { readonly kind: 'none' }
  /** Gemma stores its norms' weights less one. */
  | { readonly kind: 'plus-one' }
  /** Rows of each head change their order: see `interleaved`. */
  | { readonly kind: 'interleave'; readonly headWidth: number }

/** One tensor of the GGUF file and where its values come from. */
export interface TensorPlan {
  /** As llama.cpp calls it. */
  readonly name: string
  /** The slowest dimension first. */
  readonly shape: readonly number[]
  readonly source: SourceTensor
  readonly change: Change
}

/** How a model of a known family is laid out as GGUF, without its tokenizer. */
export interface Layout {
  /** llama.cpp's name of the family. */
  readonly architecture: string
  readonly metadata: Metadata
  readonly tensors: readonly TensorPlan[]
  readonly contextLength: number
  /** Rows of the embedding: how many tokens the vocabulary must have. */
  readonly vocabulary: number
  /** What a person should know of the result. */
  readonly notes: readonly string[]
}
