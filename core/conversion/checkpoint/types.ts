/** One tensor of a checkpoint, whatever file it is in and however it is packed there. */
export interface SourceTensor {
  /** As the checkpoint calls it: `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string
  /** The slowest dimension first, as PyTorch says it; what it is once unpacked. */
  readonly shape: readonly number[]
  /** As stored: `F32`, `F16`, `BF16`, or words for packed ones: `4-bit in groups of 64`. */
  readonly dtype: string
  /** Rows `first` to `first + count` (a row is the last dimension), as numbers. Reads only these. */
  rows(first: number, count: number): Float32Array
}

/** The weights of a model before conversion: the one interface over SafeTensors, MLX and PyTorch files. */
export interface Checkpoint {
  readonly format: 'safetensors' | 'mlx' | 'pytorch'
  readonly tensors: ReadonlyMap<string, SourceTensor>
}

/** Values in one row and how many rows there are; a vector is one row. */
export function rowsOf(shape: readonly number[]): { readonly rows: number; readonly width: number } {
  const width = shape.at(-1) ?? 1
  return { rows: shape.slice(0, -1).reduce((product, length) => product * length, 1), width }
}
