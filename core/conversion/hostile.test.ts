/** Models that are made to harm: each is refused with a reason, and what is done to it leaves nothing behind. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { spawnForTest } from '../engine/spawn.testing.ts'
import { createConverter } from './converter.ts'
import { describe as describeModel } from './describe/describe.ts'
import { safetensors, withHeader, writeSafetensors } from './testing/checkpoints.testing.ts'
import { reasonOf, Workshop } from './testing/hostile.testing.ts'
import { randomWeights } from './testing/weights.testing.ts'

vi.setConfig({ testTimeout: 60_000 })
const workshop = new Workshop()
afterAll(() => workshop[Symbol.dispose]())
const never = new AbortController().signal
const converter = createConverter({ spawn: spawnForTest })

const header = (value: unknown) => withHeader(Buffer.from(JSON.stringify(value)))
const claim = (length: bigint) => {
  const bytes = Buffer.alloc(64)
  bytes.writeBigUInt64LE(length)
  return bytes
}
const f32 = (from: number, to: number, shape = [(to - from) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [from, to],
})

describe('SafeTensors', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /only 0 bytes/],
    ['five bytes', Buffer.alloc(5), /only 5 bytes/],
    ['a header longer than the file', claim(1000n), /claims a header of 1000 bytes/],
    ['a header of 2^63 bytes', claim(2n ** 63n), /claims a header of 9223372036854775808/],
    ['a header of 2^64 - 1 bytes', claim(2n ** 64n - 1n), /claims a header/],
    ['a header that is no JSON', withHeader(Buffer.from('{"a":')), /not valid JSON/],
    ['a header that is a list', header([]), /one JSON object/],
    ['a header that is no UTF-8', withHeader(Buffer.from([0xff, 0xfe])), /not valid JSON/],
    ['a tensor that is a number', header({ a: 1 }), /is not described/],
    ['a tensor of an unknown type', header({ a: { ...f32(0, 4), dtype: 'Q9' } }), /unknown type "Q9"/],
    ['negative offsets', header({ a: f32(-4, 0) }), /described wrongly/],
    [
      'offsets that are no numbers',
      header({ a: { ...f32(0, 4), data_offsets: ['0', '4'] } }),
      /described wrongly/,
    ],
    [
      'offsets turned round',
      header({ a: { ...f32(0, 4), data_offsets: [4, 0] } }),
      /needs 4 bytes by its shape/,
    ],
    ['offsets behind the end', header({ a: f32(0, 4) }), /behind the end of the file/],
    [
      'offsets that are huge',
      header({ a: { ...f32(0, 4), data_offsets: [2 ** 52, 2 ** 52 + 4] } }),
      /behind the end/,
    ],
    ['a shape that overflows', header({ a: { ...f32(0, 4), shape: [2 ** 40, 2 ** 40] } }), /by its shape/],
    ['a shape of nine dimensions', header({ a: { ...f32(0, 4), shape: Array(9).fill(1) } }), /9 dimensions/],
    ['a fraction for a length', header({ a: { ...f32(0, 4), shape: [1.5] } }), /described wrongly/],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      /no SafeTensors file/,
    ],
  ]
  test.each(cases)('%s', (_name, bytes, wanted) => {
    const path = workshop.model()
    writeFileSync(join(path, 'model.safetensors'), bytes)
    expect(reasonOf(path)).toMatch(wanted)
  })

  test('tensors that lie over each other', () => {
    const path = workshop.model()
    const entries = { a: f32(0, 8), b: f32(4, 12) }
    writeFileSync(
      join(path, 'model.safetensors'),
      withHeader(Buffer.from(JSON.stringify(entries)), [Buffer.alloc(12)]),
    )
    expect(reasonOf(path)).toMatch(/"b" lies over another one/)
  })

  test.each([1, 100, 100_000])('a file that lost its last %i bytes', bytes => {
    const path = workshop.model()
    const file = join(path, 'model.safetensors')
    truncateSync(file, readFileSync(file).length - bytes)
    expect(reasonOf(path)).toMatch(/cut off/)
  })

  test('a file of 0.5 MB that was cut while it was being converted ends the conversion, with nothing left', async () => {
    const path = workshop.model()
    const order = { source: path, file: join(workshop.folder, 'cut.gguf'), to: 'F16' as const, name: 'x' }
    const converting = converter.convert(order, () => {}, never)
    truncateSync(join(path, 'model.safetensors'), 1000)
    await expect(converting).rejects.toMatchObject({ code: 'not_convertible' })
    expect(readdirSync(workshop.folder).filter(name => name.startsWith('cut'))).toEqual([])
  })

  test('values that are no numbers', async () => {
    const path = workshop.model()
    const { shape, extras } = workshop.family
    const weights = randomWeights(shape, extras, 'F32', 1)
    weights.get('model.norm.weight')?.values.fill(Number.NaN, 3, 4)
    writeSafetensors(path, weights, 'F32')
    const order = { source: path, file: join(workshop.folder, 'nan.gguf'), to: 'F16' as const, name: 'x' }
    await expect(converter.convert(order, () => {}, never)).rejects.toThrow(/are no numbers/)
    expect(existsSync(order.file)).toBe(false)
  })
})

describe('an index of parts', () => {
  const index = (path: string, file: unknown) => {
    rmSync(join(path, 'model.safetensors'))
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: file } }))
    return reasonOf(path)
  }
  test.each([
    '../model-0/model.safetensors',
    '/etc/passwd',
    '..\\x.safetensors',
    '.hidden.safetensors',
    'sub/a.safetensors',
    'a\0.safetensors',
    'config.json',
    7,
  ])('that names %j', name => {
    expect(index(workshop.model(), name)).toMatch(/names a file .*, which is none of its weights/)
  })

  test('that names a missing file', () => {
    expect(index(workshop.model(), 'model-00001-of-00002.safetensors')).toMatch(/is missing/)
  })

  test('that is no object, or empty', () => {
    const path = workshop.model()
    rmSync(join(path, 'model.safetensors'))
    for (const map of [null, [], {}, 'x', 3]) {
      writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
      expect(reasonOf(path)).toMatch(/names (0|1) files|which is none of its weights/)
    }
  })

  test('parts that belong together and are not all there', () => {
    const path = workshop.model()
    const bytes = readFileSync(join(path, 'model.safetensors'))
    rmSync(join(path, 'model.safetensors'))
    writeFileSync(join(path, 'model-00002-of-00003.safetensors'), bytes)
    expect(reasonOf(path)).toMatch(/Of its 3 files of weights 1 are here/)
  })
})

describe('links and things that are no files', () => {
  test('a link that leads out of the folder', () => {
    const path = workshop.model()
    const secret = join(workshop.folder, 'secret.jinja')
    writeFileSync(secret, 'private key')
    symlinkSync(secret, join(path, 'chat_template.jinja'))
    expect(reasonOf(path)).toMatch(/a link that leads out of the folder/)
  })

  test('a link that leads nowhere, and one that leads to itself', () => {
    for (const target of ['nowhere', 'chat_template.jinja']) {
      const path = workshop.model()
      symlinkSync(target, join(path, 'chat_template.jinja'))
      expect(reasonOf(path)).toMatch(/leads nowhere/)
    }
  })

  test('the hub’s cache, whose files are links into its blobs, is taken', () => {
    const path = workshop.model()
    const snapshot = join(workshop.folder, 'models--owner--tiny', 'snapshots', 'abc')
    const blobs = join(workshop.folder, 'models--owner--tiny', 'blobs')
    mkdirSync(snapshot, { recursive: true })
    mkdirSync(blobs)
    for (const name of readdirSync(path)) {
      writeFileSync(join(blobs, `blob-${name}`), readFileSync(join(path, name)))
      symlinkSync(join('..', '..', 'blobs', `blob-${name}`), join(snapshot, name))
    }
    expect(reasonOf(snapshot)).toBe('possible')
    expect(describeModel(snapshot)?.name).toBe('tiny')
  })

  test('a folder in the place of a file', () => {
    const path = workshop.model()
    rmSync(join(path, 'config.json'))
    mkdirSync(join(path, 'config.json'))
    expect(describeModel(path)).toBeNull()
  })
})

test('what is nothing of all this is nothing', () => {
  const path = join(workshop.folder, 'plain')
  mkdirSync(path)
  writeFileSync(join(path, 'notes.txt'), 'x')
  expect(describeModel(path)).toBeNull()
  expect(describeModel(join(path, 'notes.txt'))).toBeNull()
  writeFileSync(join(path, 'lonely.safetensors'), safetensors(new Map()))
  expect(reasonOf(join(path, 'lonely.safetensors'))).toMatch(/without the config\.json/)
})
