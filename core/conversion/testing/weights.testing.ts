import { Random } from '../../../scripts/gguf/random.ts'

/** A tensor as a trainer has it: the slowest dimension first. */
export interface Weights {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

export type Dtype = 'F32' | 'F16' | 'BF16'

/** The numbers in a config.json that decide the tensors' shapes. */
export interface TinyShape {
  readonly layers: number
  readonly width: number
  readonly inner: number
  readonly heads: number
  readonly kvHeads: number
  readonly headWidth: number
  readonly vocabulary: number
}

export interface Extras {
  readonly biases?: boolean
  readonly headNorms?: boolean
  readonly postNorms?: boolean
  readonly tied?: boolean
  /** Gemma's norms are stored less one: around 0 instead of 1. */
  readonly normsAround?: number
  /** Standard deviation of the embeddings. */
  readonly embeddings?: number
  /** Middle of the last norm's weights: where embeddings are small, it gives the logits their spread. */
  readonly lastNorm?: number
}

/** Random weights under Hugging Face's names, rounded to what the type can hold. The same for the same seed. */
export function randomWeights(
  shape: TinyShape,
  extras: Extras,
  dtype: Dtype,
  seed: number,
): Map<string, Weights> {
  const { layers, width, inner, heads, kvHeads, headWidth, vocabulary } = shape
  const { normsAround = 1, embeddings = 1, lastNorm = normsAround } = extras
  const all = new Map<string, Weights>()
  const put = (name: string, dimensions: number[], deviation: number, middle = 0) => {
    const random = new Random(seed, name)
    const size = dimensions.reduce((product, each) => product * each, 1)
    const values = Float32Array.from(
      { length: size },
      () => middle + (random.next() - 0.5) * Math.sqrt(12) * deviation,
    )
    all.set(name, { shape: dimensions, values: rounded(values, dtype) })
  }
  const matrix = (name: string, rows: number, columns: number) =>
    put(`${name}.weight`, [rows, columns], 1 / Math.sqrt(columns))
  const norm = (name: string, length: number) => put(`${name}.weight`, [length], 0.2, normsAround)
  put('model.embed_tokens.weight', [vocabulary, width], embeddings)
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`
    norm(`${at}.input_layernorm`, width)
    matrix(`${at}.self_attn.q_proj`, heads * headWidth, width)
    matrix(`${at}.self_attn.k_proj`, kvHeads * headWidth, width)
    matrix(`${at}.self_attn.v_proj`, kvHeads * headWidth, width)
    matrix(`${at}.self_attn.o_proj`, width, heads * headWidth)
    if (extras.biases) {
      put(`${at}.self_attn.q_proj.bias`, [heads * headWidth], 0.3)
      put(`${at}.self_attn.k_proj.bias`, [kvHeads * headWidth], 0.3)
      put(`${at}.self_attn.v_proj.bias`, [kvHeads * headWidth], 0.3)
    }
    if (extras.headNorms) {
      norm(`${at}.self_attn.q_norm`, headWidth)
      norm(`${at}.self_attn.k_norm`, headWidth)
    }
    norm(`${at}.post_attention_layernorm`, width)
    if (extras.postNorms) {
      norm(`${at}.pre_feedforward_layernorm`, width)
      norm(`${at}.post_feedforward_layernorm`, width)
    }
    matrix(`${at}.mlp.gate_proj`, inner, width)
    matrix(`${at}.mlp.up_proj`, inner, width)
    matrix(`${at}.mlp.down_proj`, width, inner)
  }
  put('model.norm.weight', [width], 0.2, lastNorm)
  if (!extras.tied) put('lm_head.weight', [vocabulary, width], 3 / Math.sqrt(width))
  return all
}

function rounded(values: Float32Array, dtype: Dtype): Float32Array {
  if (dtype === 'F32') return values
  return decoded(encoded(values, dtype), dtype)
}

/** Bytes of the values in one of the three types, each value cut or rounded by the language itself. */
export function encoded(values: Float32Array, dtype: Dtype): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.slice().buffer)
  if (dtype === 'F16') return new Uint8Array(new Float16Array(values).buffer)
  // The upper half of a single; cutting is a rounding too, and all that a test needs.
  const bits = new Uint32Array(values.slice().buffer)
  return new Uint8Array(Uint16Array.from(bits, each => each >>> 16).buffer)
}

function decoded(bytes: Uint8Array, dtype: Dtype): Float32Array {
  if (dtype === 'F16') return new Float32Array(new Float16Array(bytes.slice().buffer))
  const bits = Uint32Array.from(new Uint16Array(bytes.slice().buffer), each => each << 16)
  return new Float32Array(bits.buffer)
}
