/** Takes a GGUF file apart into its raw pieces and puts such pieces together again, right or wrong. */

import { f32, text, u32, u64 } from '../../core/engine/inspector/gguf-bytes.testing.ts'

type Whole = number | bigint

export interface RawEntry {
  readonly name: string
  /** Key, type and value as they stand in the file. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

export interface RawTensor {
  readonly name: string
  /** What the file says; by default as many as there are sizes. */
  readonly dimensions?: number
  readonly sizes: readonly Whole[]
  readonly type: number
  readonly offset: Whole
  readonly start: number
  readonly end: number
}

export interface Dissected {
  readonly tensorCount: Whole
  readonly keyCount: Whole
  readonly entries: readonly RawEntry[]
  readonly tensors: readonly RawTensor[]
  readonly dataStart: number
  readonly data: Uint8Array
}

const alignment = 32
const widths: Readonly<Record<number, number>> = {
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

/** The bytes of single values. */
export const raw = {
  u32,
  u64,
  f32,
  text,
  bytes(values: readonly number[]): Buffer {
    return Buffer.concat([u64(values.length), Buffer.from(values)])
  },
  list(type: number, values: readonly Uint8Array[]): Buffer {
    return Buffer.concat([u32(type), u64(values.length), ...values])
  },
  /** The beginning of an entry whose key claims so many bytes. */
  entryHead(keyBytes: Whole): RawEntry {
    return { name: '', bytes: u64(keyBytes), start: 0, end: 0 }
  },
}

export function entry(name: string, type: number, value: Uint8Array): RawEntry {
  return { name, bytes: Buffer.concat([raw.text(name), raw.u32(type), value]), start: 0, end: 0 }
}

/** @param bytes a sound file of version 3 with the usual alignment */
export function dissect(bytes: Uint8Array): Dissected {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 8
  const past = (bytes: number) => {
    at += bytes
    return at - bytes
  }
  const u32 = () => file.readUInt32LE(past(4))
  const u64 = () => Number(file.readBigUInt64LE(past(8)))
  const text = () => {
    const length = u64()
    at += length
    return file.toString('utf8', at - length, at)
  }
  const skip = (type: number) => {
    if (type === 8) text()
    else if (type === 9) {
      const of = u32()
      for (let left = u64(); left > 0; left--) skip(of)
    } else at += widths[type] as number
  }
  const tensorCount = u64()
  const keyCount = u64()
  const entries = Array.from({ length: keyCount }, (): RawEntry => {
    const start = at
    const name = text()
    skip(u32())
    return { name, bytes: file.subarray(start, at), start, end: at }
  })
  const tensors = Array.from({ length: tensorCount }, (): RawTensor => {
    const start = at
    const name = text()
    const sizes = Array.from({ length: u32() }, u64)
    return { name, sizes, type: u32(), offset: u64(), start, end: at }
  })
  const dataStart = Math.ceil(at / alignment) * alignment
  return { tensorCount, keyCount, entries, tensors, dataStart, data: file.subarray(dataStart) }
}

/** Writes the pieces one after the other; what they claim is taken as it is. */
export function join({ tensorCount, keyCount, entries, tensors, data }: Dissected): Uint8Array {
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    raw.u32(3),
    raw.u64(tensorCount),
    raw.u64(keyCount),
    ...entries.map(one => one.bytes),
    ...tensors.flatMap(({ name, dimensions, sizes, type, offset }) => [
      raw.text(name),
      raw.u32(dimensions ?? sizes.length),
      ...sizes.map(raw.u64),
      raw.u32(type),
      raw.u64(offset),
    ]),
  ])
  const padding = Buffer.alloc((alignment - (head.length % alignment)) % alignment)
  return Buffer.concat([head, padding, data])
}
