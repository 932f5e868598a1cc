import { type Cursor, InvalidModel } from './cursor.ts'
import { tensorTypes } from './tensor-types.ts'

/** More than any real model has by an order of magnitude, and cheap to read through. */
const limits = {
  keys: 65_536,
  tensors: 65_536,
  keyBytes: 65_535,
  /** Of a text that is kept; longer ones in metadata are an attack or a mistake. */
  textBytes: 16 * 1024 * 1024,
  /** As ggml has it. */
  tensorNameBytes: 63,
  dimensions: 4,
  /** Numbers kept of an array; of longer arrays only the length is. */
  keptNumbers: 8192,
} as const

/** Array values: their length, and their numbers where they are few. Texts in arrays are skipped. */
export interface GgufArray {
  readonly length: number
  readonly text: boolean
  readonly numbers: readonly number[]
}

export type GgufValue = string | number | boolean | GgufArray

export interface GgufTensor {
  readonly name: string
  readonly type: number
  readonly sizes: readonly number[]
  readonly elements: number
  readonly bytes: number
}

export interface Gguf {
  readonly version: number
  readonly values: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufTensor[]
  readonly dataBytes: number
}

/**
 * Reads a GGUF file's description. Trusts nothing in it: every count, length, type and offset is checked against the
 * file's real size before it is used, which also bounds the time (nothing is read twice) and the memory.
 *
 * @throws InvalidModel
 */
export function readGguf(cursor: Cursor): Gguf {
  const version = readMagicAndVersion(cursor)
  const tensorCount = cursor.u64('number of tensors')
  const keyCount = cursor.u64('number of metadata keys')
  if (tensorCount > limits.tensors)
    throw new InvalidModel(`The file claims ${tensorCount} tensors; at most ${limits.tensors} are read.`)
  if (keyCount > limits.keys)
    throw new InvalidModel(`The file claims ${keyCount} metadata keys; at most ${limits.keys} are read.`)
  if (keyCount === 0) throw new InvalidModel('The file has no metadata.')

  const values = new Map<string, GgufValue>()
  for (let index = 0; index < keyCount; index++) {
    const key = readText(cursor, 'metadata key', limits.keyBytes)
    if (values.has(key)) throw new InvalidModel(`The metadata key "${printable(key)}" is there twice.`)
    values.set(key, readValue(cursor, cursor.u32(), key))
  }
  const alignment = alignmentOf(values)
  const { tensors, dataBytes } = readTensors(cursor, tensorCount, alignment)
  const dataStart = Math.ceil(cursor.position / alignment) * alignment
  if (tensors.length > 0 && dataStart + dataBytes > cursor.size) {
    throw new InvalidModel(
      `The file is cut off: its tensors need ${dataStart + dataBytes} bytes, and it has ${cursor.size}. Fetch it again.`,
    )
  }
  return { version, values, tensors, dataBytes }
}

function readMagicAndVersion(cursor: Cursor): number {
  if (cursor.size === 0) throw new InvalidModel('The file is empty.')
  if (cursor.size < 4) throw new InvalidModel(`The file has only ${cursor.size} bytes.`)
  const magic = cursor.text(4)
  if (magic !== 'GGUF') throw new InvalidModel(`The file is not a GGUF model: ${guessFormat(magic)}`)
  const version = cursor.u32()
  if (version === 2 || version === 3) return version
  if ((version & 0xffff) === 0 && version !== 0)
    throw new InvalidModel('The file is big-endian, which this machine cannot run.')
  throw new InvalidModel(`The file has GGUF version ${version}; versions 2 and 3 are understood.`)
}

function guessFormat(magic: string): string {
  if (magic === 'vers') return 'it is a Git LFS pointer, so the model itself was never fetched.'
  if (magic.startsWith('PK')) return 'it is a zip archive (perhaps a PyTorch checkpoint).'
  if (/^<(!DO|htm|HTM|\?xm)/.test(magic))
    return 'it is a web page, so the download was refused or needs a sign-in.'
  if (magic.endsWith('ELF')) return 'it is a program.'
  if (magic === 'lmgg' || magic === 'tjgg' || magic === 'fmgg')
    return 'it is in an older format of llama.cpp.'
  return `it begins with "${printable(magic)}".`
}

const valueTypes = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  text: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const
const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}

function readValue(cursor: Cursor, type: number, key: string): GgufValue {
  if (type === valueTypes.text) return readText(cursor, `value of "${printable(key)}"`, limits.textBytes)
  if (type === valueTypes.array) return readArray(cursor, key)
  return readScalar(cursor, type, key)
}

function readScalar(cursor: Cursor, type: number, key: string): number | boolean {
  switch (type) {
    case valueTypes.u8:
      return cursor.u8()
    case valueTypes.i8:
      return (cursor.u8() << 24) >> 24
    case valueTypes.u16:
      return cursor.u8() | (cursor.u8() << 8)
    case valueTypes.i16:
      return ((cursor.u8() | (cursor.u8() << 8)) << 16) >> 16
    case valueTypes.u32:
      return cursor.u32()
    case valueTypes.i32:
      return cursor.i32()
    case valueTypes.f32:
      return cursor.f32()
    case valueTypes.bool: {
      const value = cursor.u8()
      if (value > 1)
        throw new InvalidModel(`The value of "${printable(key)}" should be true or false, and is ${value}.`)
      return value === 1
    }
    case valueTypes.u64:
    case valueTypes.i64:
      return cursor.i64()
    case valueTypes.f64:
      return cursor.f64()
    default:
      throw new InvalidModel(`The metadata key "${printable(key)}" has the unknown type ${type}.`)
  }
}

function readArray(cursor: Cursor, key: string): GgufArray {
  const type = cursor.u32()
  const length = cursor.u64(`length of "${printable(key)}"`)
  if (type === valueTypes.text) {
    if (length * 8 > cursor.remaining) throw cursor.cutOff()
    for (let index = 0; index < length; index++)
      cursor.skip(cursor.u64(`length of a text in "${printable(key)}"`))
    return { length, text: true, numbers: [] }
  }
  const bytes = valueBytes[type]
  if (bytes === undefined)
    throw new InvalidModel(`The array "${printable(key)}" has elements of the unknown type ${type}.`)
  if (length * bytes > cursor.remaining) throw cursor.cutOff()
  if (length > limits.keptNumbers) {
    cursor.skip(length * bytes)
    return { length, text: false, numbers: [] }
  }
  const numbers: number[] = []
  for (let index = 0; index < length; index++) numbers.push(Number(readScalar(cursor, type, key)))
  return { length, text: false, numbers }
}

function readText(cursor: Cursor, what: string, longest: number): string {
  const length = cursor.u64(`length of the ${what}`)
  if (length > cursor.remaining) throw cursor.cutOff()
  if (length > longest)
    throw new InvalidModel(`The ${what} has ${length} bytes; at most ${longest} are read.`)
  return cursor.text(length)
}

function alignmentOf(values: ReadonlyMap<string, GgufValue>): number {
  const alignment = values.get('general.alignment') ?? 32
  if (
    typeof alignment === 'number' &&
    alignment >= 8 &&
    alignment <= 65_536 &&
    Number.isInteger(Math.log2(alignment))
  )
    return alignment
  throw new InvalidModel(`The alignment must be a power of two from 8 to 65536.`)
}

function readTensors(
  cursor: Cursor,
  count: number,
  alignment: number,
): { tensors: GgufTensor[]; dataBytes: number } {
  const tensors: GgufTensor[] = []
  const names = new Set<string>()
  let expected = 0
  for (let index = 0; index < count; index++) {
    const name = readText(cursor, 'name of a tensor', limits.tensorNameBytes)
    if (names.has(name)) throw new InvalidModel(`The tensor "${printable(name)}" is there twice.`)
    names.add(name)
    const tensor = readTensor(cursor, name)
    const offset = cursor.u64(`offset of tensor "${printable(name)}"`)
    // ggml accepts only tensors one after the other; that also excludes unaligned, overlapping and wrapping ones.
    if (offset !== expected) {
      throw new InvalidModel(
        `The tensor "${printable(name)}" should begin at byte ${expected} of the data, not at ${offset}.`,
      )
    }
    expected += Math.ceil(tensor.bytes / alignment) * alignment
    if (expected > Number.MAX_SAFE_INTEGER) throw new InvalidModel('The tensors are impossibly large.')
    tensors.push(tensor)
  }
  // The last tensor's padding may be missing at the end of the file.
  const last = tensors.at(-1)
  return {
    tensors,
    dataBytes: last === undefined ? 0 : expected - Math.ceil(last.bytes / alignment) * alignment + last.bytes,
  }
}

function readTensor(cursor: Cursor, name: string): GgufTensor {
  const dimensions = cursor.u32()
  if (dimensions < 1 || dimensions > limits.dimensions) {
    throw new InvalidModel(
      `The tensor "${printable(name)}" has ${dimensions} dimensions; 1 to ${limits.dimensions} are possible.`,
    )
  }
  const sizes: number[] = []
  let elements = 1
  for (let index = 0; index < dimensions; index++) {
    const size = cursor.u64(`size of tensor "${printable(name)}"`)
    if (size === 0) throw new InvalidModel(`The tensor "${printable(name)}" has a dimension of size 0.`)
    sizes.push(size)
    elements *= size
    if (elements > Number.MAX_SAFE_INTEGER)
      throw new InvalidModel(`The tensor "${printable(name)}" is impossibly large.`)
  }
  const id = cursor.u32()
  const type = tensorTypes.get(id)
  if (type === undefined)
    throw new InvalidModel(`The tensor "${printable(name)}" has the unknown type ${id}.`)
  if ((sizes[0] ?? 1) % type.block !== 0)
    throw new InvalidModel(`The rows of tensor "${printable(name)}" do not fit its type ${type.name}.`)
  const bytes = (elements / type.block) * type.bytes
  if (bytes > Number.MAX_SAFE_INTEGER)
    throw new InvalidModel(`The tensor "${printable(name)}" is impossibly large.`)
  return { name, type: id, sizes, elements, bytes }
}

/** Text out of a file, made harmless for messages and logs. */
export function printable(text: string, longest = 160): string {
  const clean = text.slice(0, longest).replace(/[^\x20-\x7e]/g, '?')
  return text.length > longest ? `${clean}…` : clean
}
