/** Writes GGUF bytes without any care for what is right: for the tests of the reader. */

export const u8 = (value: number) => Buffer.from([value & 0xff])
export const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}
export const u64 = (value: number | bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)))
  return bytes
}
export const f32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}
export const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])

/** A metadata entry: key, type and the value's bytes. */
export type Entry = readonly [key: string, type: number, value: Buffer]

export const number = (key: string, value: number): Entry => [key, 4, u32(value)]
export const string = (key: string, value: string): Entry => [key, 8, text(value)]
export const texts = (key: string, values: readonly string[]): Entry => [
  key,
  9,
  Buffer.concat([u32(8), u64(values.length), ...values.map(text)]),
]

export interface TensorBytes {
  readonly name: string
  readonly dimensions?: number
  readonly sizes: readonly (number | bigint)[]
  readonly type: number
  readonly offset: number | bigint
}

export interface FileBytes {
  readonly magic?: string
  readonly version?: number
  readonly tensorCount?: number | bigint
  readonly entryCount?: number | bigint
  readonly entries?: readonly Entry[]
  readonly tensors?: readonly TensorBytes[]
  /** Bytes after the description, from the first aligned place on. */
  readonly data?: number
}

/** A model that says all it must, of one block and two tensors. */
const soundEntries: readonly Entry[] = [
  string('general.architecture', 'llama'),
  string('general.name', 'Sound'),
  number('llama.context_length', 128),
  number('llama.embedding_length', 32),
  number('llama.block_count', 1),
  number('llama.feed_forward_length', 64),
  number('llama.attention.head_count', 2),
  number('llama.attention.head_count_kv', 1),
  texts('tokenizer.ggml.tokens', ['<s>', '</s>', 'a', 'b']),
]
export const soundTensors: readonly TensorBytes[] = [
  { name: 'token_embd.weight', sizes: [32, 4], type: 0, offset: 0 },
  { name: 'output_norm.weight', sizes: [32], type: 0, offset: 512 },
]

/** A file's bytes; what is not named is sound. */
export function fileBytes(file: FileBytes = {}): Buffer {
  const entries = file.entries ?? soundEntries
  const tensors = file.tensors ?? soundTensors
  const head = Buffer.concat([
    Buffer.from(file.magic ?? 'GGUF'),
    u32(file.version ?? 3),
    u64(file.tensorCount ?? tensors.length),
    u64(file.entryCount ?? entries.length),
    ...entries.flatMap(([key, type, value]) => [text(key), u32(type), value]),
    ...tensors.flatMap(tensor => [
      text(tensor.name),
      u32(tensor.dimensions ?? tensor.sizes.length),
      ...tensor.sizes.map(u64),
      u32(tensor.type),
      u64(tensor.offset),
    ]),
  ])
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32)
  return Buffer.concat([head, padding, Buffer.alloc(file.data ?? 640)])
}

/** The sound entries with some replaced, added, or (`null`) left out. */
export function entriesWith(changes: Readonly<Record<string, Entry | null>>): Entry[] {
  const kept = soundEntries.filter(([key]) => !Object.hasOwn(changes, key))
  return [...kept, ...Object.values(changes).filter(entry => entry !== null)]
}
