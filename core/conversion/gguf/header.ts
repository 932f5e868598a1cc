import {
  gguf,
  type Metadata,
  type MetadataValue,
  type Tensor,
  tensorBytes,
  tensorTypes,
  valueTypeIds,
} from './format.ts'

type ScalarType = Exclude<MetadataValue['type'], 'array'>
type Scalar = number | bigint | boolean | string

function fixed(length: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(length)
  write(buffer)
  return buffer
}

const u32Bytes = (value: number) => fixed(4, buffer => buffer.writeUInt32LE(value))
const u64Bytes = (value: bigint | number) => fixed(8, buffer => buffer.writeBigUInt64LE(BigInt(value)))

function stringBytes(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  return [u64Bytes(bytes.length), bytes]
}

function scalarBytes(type: ScalarType, value: Scalar): Buffer[] {
  const number = Number(value)
  switch (type) {
    case 'string':
      return stringBytes(String(value))
    case 'bool':
      return [fixed(1, buffer => buffer.writeUInt8(value ? 1 : 0))]
    case 'u8':
      return [fixed(1, buffer => buffer.writeUInt8(number))]
    case 'i8':
      return [fixed(1, buffer => buffer.writeInt8(number))]
    case 'u16':
      return [fixed(2, buffer => buffer.writeUInt16LE(number))]
    case 'i16':
      return [fixed(2, buffer => buffer.writeInt16LE(number))]
    case 'u32':
      return [u32Bytes(number)]
    case 'i32':
      return [fixed(4, buffer => buffer.writeInt32LE(number))]
    case 'f32':
      return [fixed(4, buffer => buffer.writeFloatLE(number))]
    case 'f64':
      return [fixed(8, buffer => buffer.writeDoubleLE(number))]
    case 'u64':
      return [u64Bytes(BigInt(value))]
    case 'i64':
      return [fixed(8, buffer => buffer.writeBigInt64LE(BigInt(value)))]
  }
}

function valueBytes(entry: MetadataValue): Buffer[] {
  if (entry.type !== 'array')
    return [u32Bytes(valueTypeIds[entry.type]), ...scalarBytes(entry.type, entry.value)]
  return [
    u32Bytes(valueTypeIds.array),
    u32Bytes(valueTypeIds[entry.of]),
    u64Bytes(entry.value.length),
    // One buffer a list: a vocabulary has 100,000 entries and more.
    Buffer.concat(entry.value.flatMap(item => scalarBytes(entry.of, item))),
  ]
}

export interface Header {
  /** Everything before the tensors' data, padded to the alignment. */
  readonly bytes: Buffer
  /** Bytes a multiple of which every tensor begins at, counted from the header's end. */
  readonly alignment: number
}

/** Bytes to add to `length` to reach the next multiple of `alignment`. */
export function paddingOf(length: number, alignment: number): number {
  return (alignment - (length % alignment)) % alignment
}

/** The header of a GGUF file. Throws for names used twice and shapes that no tensor can have. */
export function encodeHeader(metadata: Metadata, tensors: readonly Tensor[]): Header {
  const wanted = metadata['general.alignment']
  const alignment = wanted?.type === 'u32' ? wanted.value : gguf.defaultAlignment
  if (alignment < 8 || alignment % 8 !== 0)
    throw new RangeError(`general.alignment ${alignment} is no multiple of 8`)
  const names = new Set(tensors.map(tensor => tensor.name))
  if (names.size !== tensors.length) throw new RangeError('two tensors have the same name')

  const entries = Object.entries(metadata)
  const parts = [
    u32Bytes(gguf.magic),
    u32Bytes(gguf.version),
    u64Bytes(tensors.length),
    u64Bytes(entries.length),
  ]
  for (const [key, value] of entries) parts.push(...stringBytes(key), ...valueBytes(value))
  let offset = 0
  for (const tensor of tensors) {
    parts.push(...stringBytes(tensor.name), u32Bytes(tensor.shape.length), ...tensor.shape.map(u64Bytes))
    parts.push(u32Bytes(tensorTypes[tensor.type].id), u64Bytes(offset))
    const bytes = tensorBytes(tensor)
    offset += bytes + paddingOf(bytes, alignment)
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  parts.push(Buffer.alloc(paddingOf(length, alignment)))
  return { bytes: Buffer.concat(parts), alignment }
}
