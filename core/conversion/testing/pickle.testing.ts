import type { Dtype } from './weights.testing.ts'

const storages = { F32: 'FloatStorage', F16: 'HalfStorage', BF16: 'BFloat16Storage' } as const

const u8 = (...bytes: number[]) => Buffer.from(bytes)
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** Pickle's instructions, protocol 2, as far as checkpoints have them. */
export const pickle = {
  protocol: u8(0x80, 2),
  stop: u8(0x2e),
  text: (text: string) => Buffer.concat([u8(0x58), u32(Buffer.byteLength(text)), Buffer.from(text)]),
  whole: (value: number) => Buffer.concat([u8(0x4a), u32(value)]),
  global: (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`),
  tuple: (...items: Uint8Array[]) => Buffer.concat([u8(0x28), ...items, u8(0x74)]),
  call: (callee: Uint8Array, args: Uint8Array) => Buffer.concat([callee, args, u8(0x52)]),
  persistent: (value: Uint8Array) => Buffer.concat([value, u8(0x51)]),
  no: u8(0x89),
  /** An OrderedDict with these items. */
  dictionary: (items: readonly (readonly [Uint8Array, Uint8Array])[]) =>
    Buffer.concat([
      Buffer.from('ccollections\nOrderedDict\n'),
      u8(0x29, 0x52, 0x28),
      ...items.flat(),
      u8(0x75),
    ]),
} as const

/** Describes tensors, each with a storage of its own, numbered in their order. */
export function checkpointPickle(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  dtype: Dtype,
): Buffer {
  const items = tensors.map(
    ({ name, shape }, index) => [pickle.text(name), tensorPickle(String(index), shape, dtype)] as const,
  )
  return Buffer.concat([pickle.protocol, pickle.dictionary(items), pickle.stop])
}

export function tensorPickle(key: string, shape: readonly number[], dtype: Dtype): Buffer {
  const values = shape.reduce((product, each) => product * each, 1)
  const strides = shape.map((_, index) => shape.slice(index + 1).reduce((product, each) => product * each, 1))
  const storage = pickle.persistent(
    pickle.tuple(
      pickle.text('storage'),
      pickle.global('torch', storages[dtype]),
      pickle.text(key),
      pickle.text('cpu'),
      pickle.whole(Math.min(values, 2 ** 31 - 1)),
    ),
  )
  return pickle.call(
    pickle.global('torch._utils', '_rebuild_tensor_v2'),
    pickle.tuple(
      storage,
      pickle.whole(0),
      pickle.tuple(...shape.map(pickle.whole)),
      pickle.tuple(...strides.map(pickle.whole)),
      pickle.no,
      pickle.dictionary([]),
    ),
  )
}
