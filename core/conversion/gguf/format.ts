/**
 * The words of the GGUF format, version 3: value types, tensor types and how many bytes each takes.
 * See https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */

export const gguf = { magic: 0x46554747, version: 3, defaultAlignment: 32 } as const

/** Value types of the metadata, with their numbers in the file. */
export const valueTypeIds = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const

export type NumberType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64'
export type BigType = 'u64' | 'i64'

export type MetadataValue =
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: BigType; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'array'; readonly of: NumberType; readonly value: readonly number[] }
  | { readonly type: 'array'; readonly of: BigType; readonly value: readonly bigint[] }
  | { readonly type: 'array'; readonly of: 'bool'; readonly value: readonly boolean[] }
  | { readonly type: 'array'; readonly of: 'string'; readonly value: readonly string[] }

/** In the order they are written. */
export type Metadata = Readonly<Record<string, MetadataValue>>

/** Short hands, so that a table of metadata reads like one. */
export const u16 = (value: number): MetadataValue => ({ type: 'u16', value })
export const u32 = (value: number): MetadataValue => ({ type: 'u32', value })
export const i32 = (value: number): MetadataValue => ({ type: 'i32', value })
export const f32 = (value: number): MetadataValue => ({ type: 'f32', value })
export const bool = (value: boolean): MetadataValue => ({ type: 'bool', value })
export const string = (value: string): MetadataValue => ({ type: 'string', value })
export const strings = (value: readonly string[]): MetadataValue => ({ type: 'array', of: 'string', value })
export const i32s = (value: readonly number[]): MetadataValue => ({ type: 'array', of: 'i32', value })
export const f32s = (value: readonly number[]): MetadataValue => ({ type: 'array', of: 'f32', value })

/** Tensor types this writer knows: number in the file, values in a block and bytes of a block. */
export const tensorTypes = {
  F32: { id: 0, block: 1, bytes: 4 },
  F16: { id: 1, block: 1, bytes: 2 },
  Q8_0: { id: 8, block: 32, bytes: 34 },
  BF16: { id: 30, block: 1, bytes: 2 },
} as const

export type TensorType = keyof typeof tensorTypes

/** `general.file_type` for a file whose matrices are mostly of this type. */
export const fileTypeIds: Readonly<Record<TensorType, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 }

export interface Tensor {
  readonly name: string
  readonly type: TensorType
  /** ggml's order: the length of a row first. */
  readonly shape: readonly number[]
  /** The encoded bytes in pieces of any size; asked for once, when the tensor's turn comes. */
  data(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** Bytes that a tensor takes in the file, padding not counted. Throws when a row is not made of whole blocks. */
export function tensorBytes(tensor: Pick<Tensor, 'name' | 'type' | 'shape'>): number {
  const { block, bytes } = tensorTypes[tensor.type]
  const [row] = tensor.shape
  if (row === undefined || tensor.shape.length > 4)
    throw new RangeError(`${tensor.name}: a tensor has 1 to 4 dimensions, this has ${tensor.shape.length}`)
  if (tensor.shape.some(length => !Number.isSafeInteger(length) || length < 1))
    throw new RangeError(`${tensor.name}: bad shape [${tensor.shape.join(', ')}]`)
  if (row % block !== 0)
    throw new RangeError(
      `${tensor.name}: rows of ${row} values do not divide into ${tensor.type} blocks of ${block}`,
    )
  return (tensor.shape.reduce((product, length) => product * length, 1) / block) * bytes
}
