import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readGgufFileInfo } from 'node-llama-cpp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { f32, i32s, type Metadata, string, strings, type Tensor, tensorBytes, u16, u32 } from './format.ts'
import { encodeTensor } from './quantize.ts'
import { writeGguf } from './write.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-gguf-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const vector = (name: string, values: number[], type: Tensor['type'] = 'F32'): Tensor => ({
  name,
  type,
  shape: [values.length],
  data: () => [encodeTensor(Float32Array.from(values), type)],
})

test('every type of metadata is read back by another reader', async () => {
  const path = join(folder, 'all.gguf')
  const metadata: Metadata = {
    'general.architecture': string('llama'),
    'all.u8': { type: 'u8', value: 200 },
    'all.i8': { type: 'i8', value: -100 },
    'all.u16': u16(60_000),
    'all.i16': { type: 'i16', value: -30_000 },
    'all.u32': u32(4_000_000_000),
    'all.i32': { type: 'i32', value: -2_000_000_000 },
    'all.f32': f32(0.5),
    'all.f64': { type: 'f64', value: 0.1 },
    'all.u64': { type: 'u64', value: 2n ** 40n },
    'all.i64': { type: 'i64', value: -(2n ** 40n) },
    'all.bool': { type: 'bool', value: true },
    'all.text': string('Grüße 👋'),
    'all.texts': strings(['a', '', 'ß']),
    'all.numbers': i32s([-1, 0, 1]),
    'all.flags': { type: 'array', of: 'bool', value: [true, false] },
  }
  await writeGguf(path, metadata, [vector('a.weight', [1, 2, 3])])
  const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false })
  const all = (info.metadata as unknown as { all: Record<string, unknown> }).all
  expect(all).toEqual({
    u8: 200,
    i8: -100,
    u16: 60_000,
    i16: -30_000,
    u32: 4_000_000_000,
    i32: -2_000_000_000,
    f32: 0.5,
    f64: 0.1,
    u64: 2n ** 40n,
    i64: -(2n ** 40n),
    bool: true,
    text: 'Grüße 👋',
    texts: ['a', '', 'ß'],
    numbers: [-1, 0, 1],
    flags: [true, false],
  })
})

test('tensors lie at aligned offsets, with zeros between them', async () => {
  const path = join(folder, 'aligned.gguf')
  const bytes = await writeGguf(path, { 'general.alignment': u32(64) }, [
    vector('one', [1]),
    vector('two', Array(32).fill(2), 'Q8_0'),
    vector('three', [3, 3], 'BF16'),
  ])
  const file = await readFile(path)
  expect(file.length).toBe(bytes)
  const data = file.length - 3 * 64
  expect(data % 64).toBe(0)
  expect(file.readFloatLE(data)).toBe(1)
  expect(file.subarray(data + 4, data + 64).every(byte => byte === 0)).toBe(true)
  expect(file.subarray(data + 66, data + 98).every(byte => byte === 127)).toBe(true)
  expect(file.readUInt16LE(data + 128)).toBe(0x4040)
})

test('data that does not fit its shape is refused and leaves no file', async () => {
  const short: Tensor = { ...vector('short', [1, 2]), shape: [3] }
  await expect(writeGguf(join(folder, 'short.gguf'), {}, [short])).rejects.toThrow(
    'short: 8 bytes of data where the shape needs 12',
  )
  await expect(
    writeGguf(join(folder, 'twice.gguf'), {}, [vector('a', [1]), vector('a', [1])]),
  ).rejects.toThrow('same name')
  expect(await readdir(folder)).toEqual([])
})

test.each([
  { shape: [33], type: 'Q8_0', message: 'do not divide' },
  { shape: [], type: 'F32', message: '1 to 4 dimensions' },
  { shape: [1, 1, 1, 1, 1], type: 'F32', message: '1 to 4 dimensions' },
  { shape: [0], type: 'F32', message: 'bad shape' },
] as const)('a tensor of shape $shape in $type is refused', ({ message, ...rest }) => {
  expect(() => tensorBytes({ name: 'x', ...rest })).toThrow(message)
})
