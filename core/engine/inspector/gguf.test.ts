import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InvalidModel } from './cursor.ts'
import type { GgufFacts } from './facts.ts'
import {
  type Entry,
  entriesWith,
  type FileBytes,
  f32,
  fileBytes,
  number,
  soundTensors,
  string,
  u8,
  u32,
  u64,
} from './gguf-bytes.testing.ts'
import { readModelFile } from './model-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-gguf-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function read(bytes: Uint8Array): GgufFacts {
  const path = join(folder, 'model.gguf')
  writeFileSync(path, bytes)
  return readModelFile(path)
}

/** Why the file is refused; fails the test when it is not, or otherwise than by `InvalidModel`. */
function refusal(bytes: Uint8Array): string {
  try {
    read(bytes)
  } catch (error) {
    if (error instanceof InvalidModel) return error.message
    throw error
  }
  throw new Error('The file was accepted.')
}

const whole = fileBytes()
const dataStart = whole.length - 640

test('a sound file tells its facts', () => {
  expect(read(whole)).toEqual({
    architecture: 'llama',
    name: 'Sound',
    parameters: 160,
    quantisation: 'F32',
    contextLength: 128,
    embeddingLength: 32,
    blockCount: 1,
    heads: [2],
    kvHeads: [1],
    keyLength: 16,
    valueLength: 16,
    slidingWindow: null,
    vocabularySize: 4,
    chatTemplate: null,
    hasInfillTokens: false,
    bos: null,
    eos: null,
    tensorBytes: 640,
    license: null,
    tensors: 2,
    fileBytes: whole.length,
    split: null,
    pooling: null,
    kind: 'text',
  } satisfies GgufFacts)
})

test('every kind of value is read', () => {
  const entries: Entry[] = [
    ['test.u8', 0, u8(200)],
    ['test.i8', 1, u8(-3)],
    ['test.u16', 2, Buffer.from([1, 2])],
    ['test.i16', 3, Buffer.from([0xff, 0xff])],
    ['test.i32', 5, u32(-7)],
    ['test.f32', 6, f32(1.5)],
    ['test.bool', 7, u8(1)],
    ['test.u64', 10, u64(2n ** 63n)],
    ['test.i64', 11, u64(-1n)],
    ['test.f64', 12, Buffer.alloc(8)],
    ['test.numbers', 9, Buffer.concat([u32(4), u64(2), u32(1), u32(2)])],
  ]
  const changes = Object.fromEntries(entries.map(entry => [entry[0], entry]))
  expect(read(fileBytes({ entries: entriesWith(changes) })).architecture).toBe('llama')
})

describe('G1–G12: a file that is cut off', () => {
  test.each([
    { at: 0, says: 'is empty' },
    { at: 3, says: 'only 3 bytes' },
    { at: 4, says: 'cut off' },
    { at: 8, says: 'cut off' },
    { at: 24, says: 'cut off' },
    { at: 30, says: 'cut off' },
    { at: 200, says: 'cut off' },
    { at: dataStart, says: 'Fetch it again' },
    { at: whole.length >> 1, says: 'cut off' },
    { at: whole.length - 1, says: 'Fetch it again' },
  ])('at byte $at', ({ at, says }) => {
    expect(refusal(whole.subarray(0, at))).toContain(says)
  })

  test('anywhere at all', () => {
    for (let at = 0; at < whole.length; at++)
      expect(refusal(whole.subarray(0, at)), `cut at ${at}`).toBeTruthy()
  })

  test('is a Git LFS pointer', () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'
    expect(refusal(Buffer.from(pointer))).toContain('Git LFS pointer')
  })
})

describe('G13: another kind of file', () => {
  test.each<{ name: string; bytes: Uint8Array; says: string }>([
    { name: 'version 0', bytes: fileBytes({ version: 0 }), says: 'version 0' },
    { name: 'version 1', bytes: fileBytes({ version: 1 }), says: 'version 1' },
    { name: 'version 4', bytes: fileBytes({ version: 4 }), says: 'version 4' },
    { name: 'version 2³²−1', bytes: fileBytes({ version: 0xffffffff }), says: 'version 4294967295' },
    { name: 'big-endian', bytes: fileBytes({ version: 0x03000000 }), says: 'big-endian' },
    { name: 'bad magic', bytes: fileBytes({ magic: 'GGUX' }), says: 'begins with "GGUX"' },
    { name: 'older llama.cpp', bytes: fileBytes({ magic: 'tjgg' }), says: 'older format' },
    { name: 'zip', bytes: Buffer.from('PK\u0003\u0004rest of it'), says: 'zip archive' },
    { name: 'ELF', bytes: Buffer.from('\u007fELF\u0002\u0001'), says: 'a program' },
    { name: 'HTML', bytes: Buffer.from('<!DOCTYPE html><html>'), says: 'a web page' },
    { name: 'control characters', bytes: Buffer.from('\u001b[2J...'), says: 'begins with "?[2J"' },
  ])('$name', ({ bytes, says }) => {
    expect(refusal(bytes)).toContain(says)
  })
})

describe('G14: counts', () => {
  test.each<{ name: string; file: FileBytes; says: RegExp }>([
    { name: '2³¹ tensors', file: { tensorCount: 2 ** 31 }, says: /claims 2147483648 tensors/ },
    { name: '10⁹ tensors', file: { tensorCount: 1e9 }, says: /claims 1000000000 tensors/ },
    { name: '2⁶⁴−1 tensors', file: { tensorCount: 2n ** 64n - 1n }, says: /impossibly large/ },
    { name: 'no tensors', file: { tensors: [] }, says: /no tensors/ },
    {
      name: 'fewer tensors than claimed',
      file: { tensorCount: 3, data: 0 },
      says: /cut off|claims|length|dimension/,
    },
    { name: '2³¹ keys', file: { entryCount: 2 ** 31 }, says: /claims 2147483648 metadata keys/ },
    { name: '2⁶⁴−1 keys', file: { entryCount: 2n ** 64n - 1n }, says: /impossibly large/ },
    { name: 'no keys', file: { entries: [] }, says: /no metadata/ },
  ])('$name', ({ file, says }) => {
    expect(refusal(fileBytes(file))).toMatch(says)
  })
})

describe('G15: metadata', () => {
  const list = (type: number, length: number | bigint, rest = Buffer.alloc(0)): Entry => [
    'x',
    9,
    Buffer.concat([u32(type), u64(length), rest]),
  ]
  test.each<{ name: string; entry: Entry; says: RegExp }>([
    { name: 'an unknown type', entry: ['x', 13, u32(1)], says: /unknown type 13/ },
    { name: 'type 2³²−1', entry: ['x', 0xffffffff, u32(1)], says: /unknown type 4294967295/ },
    { name: 'a text longer than the file', entry: ['x', 8, u64(1e9)], says: /cut off/ },
    { name: 'a text of 2⁶⁴−1 bytes', entry: ['x', 8, u64(-1n)], says: /impossibly large/ },
    { name: 'a list longer than the file', entry: list(4, 1e9), says: /cut off/ },
    { name: 'a list of 2⁶³ texts', entry: list(8, 2n ** 63n), says: /impossibly large/ },
    { name: 'a list of as many bytes as wrap to 0', entry: list(4, 2n ** 62n), says: /impossibly large/ },
    { name: 'a list in a list', entry: list(9, 1, Buffer.concat([u32(9), u64(1)])), says: /unknown type 9/ },
    { name: 'a list of an unknown type', entry: list(99, 1), says: /unknown type 99/ },
    { name: 'a text in a list that is too long', entry: list(8, 1, u64(1e12)), says: /cut off/ },
    { name: 'neither true nor false', entry: ['x', 7, u8(2)], says: /true or false, and is 2/ },
    { name: 'a key twice', entry: string('general.name', 'again'), says: /"general.name" is there twice/ },
    { name: 'a key of 70,000 bytes', entry: number('k'.repeat(70_000), 1), says: /at most 65535/ },
    { name: 'alignment 0', entry: number('general.alignment', 0), says: /power of two/ },
    { name: 'alignment 3', entry: number('general.alignment', 3), says: /power of two/ },
    { name: 'alignment 2³¹', entry: number('general.alignment', 2 ** 31), says: /power of two/ },
  ])('$name', ({ entry, says }) => {
    expect(refusal(fileBytes({ entries: [...entriesWith({}), entry] }))).toMatch(says)
  })
})

describe('G16: tensors', () => {
  const [first, second] = soundTensors
  if (first === undefined || second === undefined) throw new Error('two tensors are needed')
  test.each<{ name: string; tensor: Partial<typeof second>; says: RegExp }>([
    { name: 'no dimensions', tensor: { dimensions: 0, sizes: [] }, says: /0 dimensions/ },
    { name: '5 dimensions', tensor: { sizes: [32, 1, 1, 1, 1] }, says: /5 dimensions/ },
    { name: '2³²−1 dimensions', tensor: { dimensions: 0xffffffff }, says: /4294967295 dimensions/ },
    { name: 'a size of 0', tensor: { sizes: [32, 0] }, says: /size 0/ },
    { name: 'a size of −1', tensor: { sizes: [-1n] }, says: /impossibly large/ },
    { name: 'a product that overflows', tensor: { sizes: [2n ** 32n, 2n ** 32n] }, says: /impossibly large/ },
    { name: 'bytes that overflow', tensor: { sizes: [2n ** 52n] }, says: /impossibly large|impossibly/ },
    { name: 'type 999', tensor: { type: 999 }, says: /unknown type 999/ },
    { name: 'a type that was removed', tensor: { type: 4 }, says: /unknown type 4/ },
    {
      name: 'rows that are no whole blocks',
      tensor: { type: 2, sizes: [33] },
      says: /do not fit its type Q4_0/,
    },
    {
      name: 'an unaligned offset',
      tensor: { offset: 513 },
      says: /should begin at byte 512 of the data, not at 513/,
    },
    { name: 'an offset past the end', tensor: { offset: 1e9 }, says: /not at 1000000000/ },
    { name: 'an offset that wraps', tensor: { offset: 2n ** 64n - 32n }, says: /impossibly large/ },
    { name: 'an overlap', tensor: { offset: 0 }, says: /not at 0/ },
    { name: 'a name twice', tensor: { name: first.name }, says: /is there twice/ },
    { name: 'a name too long', tensor: { name: 'n'.repeat(64) }, says: /at most 63/ },
    { name: 'more bytes than the file has', tensor: { sizes: [32, 1e6] }, says: /Fetch it again/ },
  ])('$name', ({ tensor, says }) => {
    expect(refusal(fileBytes({ tensors: [first, { ...second, ...tensor }] }))).toMatch(says)
  })
})

test('bytes changed anywhere are refused or make other facts, and never anything else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(dataStart - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      changes => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        try {
          read(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidModel)
        }
      },
    ),
    { numRuns: 1_000 },
  )
})
