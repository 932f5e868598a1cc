/** Models that are made to harm: each is refused by the real child with a reason, and nothing of them is executed. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Random } from '../../scripts/gguf/random.ts'
import { spawnForTest } from '../engine/spawn.testing.ts'
import { createConverter } from './converter.ts'
import { describe as describeModel } from './describe/describe.ts'
import { safetensors, withHeader, writePytorch, writeSafetensors } from './testing/checkpoints.testing.ts'
import { type Form, tinyFamilies, writeTinyModel } from './testing/families.testing.ts'
import { pickle, tensorPickle } from './testing/pickle.testing.ts'
import { tinyPieces, writeTokenizerModel } from './testing/tokenizers.testing.ts'
import { randomWeights } from './testing/weights.testing.ts'
import { storedZip, type ZipChange } from './testing/zip.testing.ts'

vi.setConfig({ testTimeout: 60_000 })
let folder: string
let count = 0
const never = new AbortController().signal
const converter = createConverter({ spawn: spawnForTest })
const family = tinyFamilies['Llama 2']
if (family === undefined) throw new Error('no family')

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-hostile-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A good model, to be spoilt. */
function model(form: Form = 'SafeTensors'): string {
  const path = join(folder, `model-${count++}`)
  mkdirSync(path)
  writeTinyModel(path, family as NonNullable<typeof family>, form)
  return path
}

function reason(path: string): string {
  const found = describeModel(path)
  if (found === null) throw new Error('not recognised')
  return found.conversion.possible ? 'possible' : found.conversion.reason
}

/** Changes config.json. */
function configured(path: string, change: object): string {
  const file = join(path, 'config.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
  return path
}

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
    const path = model()
    writeFileSync(join(path, 'model.safetensors'), bytes)
    expect(reason(path)).toMatch(wanted)
  })

  test('tensors that lie over each other', () => {
    const path = model()
    const entries = { a: f32(0, 8), b: f32(4, 12) }
    writeFileSync(
      join(path, 'model.safetensors'),
      withHeader(Buffer.from(JSON.stringify(entries)), [Buffer.alloc(12)]),
    )
    expect(reason(path)).toMatch(/"b" lies over another one/)
  })

  test.each([1, 100, 100_000])('a file that lost its last %i bytes', bytes => {
    const path = model()
    const file = join(path, 'model.safetensors')
    truncateSync(file, readFileSync(file).length - bytes)
    expect(reason(path)).toMatch(/cut off/)
  })

  test('a file of 0.5 MB that was cut while it was being converted ends the conversion, with nothing left', async () => {
    const path = model()
    const order = { source: path, file: join(folder, 'cut.gguf'), to: 'F16' as const, name: 'x' }
    const converting = converter.convert(order, () => {}, never)
    truncateSync(join(path, 'model.safetensors'), 1000)
    await expect(converting).rejects.toMatchObject({ code: 'not_convertible' })
    expect(readdirSync(folder).filter(name => name.startsWith('cut'))).toEqual([])
  })

  test('values that are no numbers', async () => {
    const path = model()
    const { shape, extras } = family as NonNullable<typeof family>
    const weights = randomWeights(shape, extras, 'F32', 1)
    weights.get('model.norm.weight')?.values.fill(Number.NaN, 3, 4)
    writeSafetensors(path, weights, 'F32')
    const order = { source: path, file: join(folder, 'nan.gguf'), to: 'F16' as const, name: 'x' }
    await expect(converter.convert(order, () => {}, never)).rejects.toThrow(/are no numbers/)
    expect(existsSync(order.file)).toBe(false)
  })
})

describe('an index of parts', () => {
  const index = (path: string, file: unknown) => {
    rmSync(join(path, 'model.safetensors'))
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: file } }))
    return reason(path)
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
    expect(index(model(), name)).toMatch(/names a file .*, which is none of its weights/)
  })

  test('that names a missing file', () => {
    expect(index(model(), 'model-00001-of-00002.safetensors')).toMatch(/is missing/)
  })

  test('that is no object, or empty', () => {
    const path = model()
    rmSync(join(path, 'model.safetensors'))
    for (const map of [null, [], {}, 'x', 3]) {
      writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
      expect(reason(path)).toMatch(/names (0|1) files|which is none of its weights/)
    }
  })

  test('parts that belong together and are not all there', () => {
    const path = model()
    const bytes = readFileSync(join(path, 'model.safetensors'))
    rmSync(join(path, 'model.safetensors'))
    writeFileSync(join(path, 'model-00002-of-00003.safetensors'), bytes)
    expect(reason(path)).toMatch(/Of its 3 files of weights 1 are here/)
  })
})

describe('links and things that are no files', () => {
  test('a link that leads out of the folder', () => {
    const path = model()
    const secret = join(folder, 'secret.jinja')
    writeFileSync(secret, 'private key')
    symlinkSync(secret, join(path, 'chat_template.jinja'))
    expect(reason(path)).toMatch(/a link that leads out of the folder/)
  })

  test('a link that leads nowhere, and one that leads to itself', () => {
    for (const target of ['nowhere', 'chat_template.jinja']) {
      const path = model()
      symlinkSync(target, join(path, 'chat_template.jinja'))
      expect(reason(path)).toMatch(/leads nowhere/)
    }
  })

  test('the hub’s cache, whose files are links into its blobs, is taken', () => {
    const path = model()
    const snapshot = join(folder, 'models--owner--tiny', 'snapshots', 'abc')
    const blobs = join(folder, 'models--owner--tiny', 'blobs')
    mkdirSync(snapshot, { recursive: true })
    mkdirSync(blobs)
    for (const name of readdirSync(path)) {
      writeFileSync(join(blobs, `blob-${name}`), readFileSync(join(path, name)))
      symlinkSync(join('..', '..', 'blobs', `blob-${name}`), join(snapshot, name))
    }
    expect(reason(snapshot)).toBe('possible')
    expect(describeModel(snapshot)?.name).toBe('tiny')
  })

  test('a folder in the place of a file', () => {
    const path = model()
    rmSync(join(path, 'config.json'))
    mkdirSync(join(path, 'config.json'))
    expect(describeModel(path)).toBeNull()
  })
})

describe('PyTorch', () => {
  const evil = (...pieces: Uint8Array[]) => Buffer.concat([pickle.protocol, ...pieces, pickle.stop])
  const archive = (data: Uint8Array, changes: Readonly<Record<string, ZipChange>> = {}) =>
    storedZip(
      new Map([
        ['archive/data.pkl', data],
        ['archive/data/0', Buffer.alloc(64)],
      ]),
      changes,
    )
  const put = (bytes: Uint8Array): string => {
    const path = model('PyTorch')
    writeFileSync(join(path, 'pytorch_model.bin'), bytes)
    return reason(path)
  }

  test.each([
    ['posix', 'system'],
    ['os', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'getattr'],
    ['subprocess', 'Popen'],
    ['torch', 'load'],
    ['torch._utils', '_rebuild_qtensor'],
    ['collections', 'OrderedDict.__init__'],
  ])('a pickle that calls %s.%s is refused, and nothing is run', (module, name) => {
    const touched = join(folder, 'touched')
    const call = pickle.call(pickle.global(module, name), pickle.tuple(pickle.text(`touch ${touched}`)))
    expect(put(archive(evil(call)))).toMatch(new RegExp(`calls "${module}.${name.replace('.', '\\.')}`))
    expect(existsSync(touched)).toBe(false)
  })

  const damaged: [string, Uint8Array, RegExp][] = [
    ['that is empty', Buffer.alloc(0), /damaged pickle/],
    ['that never stops', Buffer.concat([pickle.protocol, pickle.text('x')]), /damaged pickle/],
    ['that pops from nothing', evil(Buffer.from([0x30])), /damaged pickle/],
    ['that recalls what was never remembered', evil(Buffer.from([0x68, 9])), /damaged pickle/],
    ['with a text longer than itself', evil(Buffer.from([0x58, 0xff, 0xff, 0xff, 0x7f])), /damaged pickle/],
    ['with an instruction that makes objects', evil(Buffer.from([0x81])), /instruction 0x81/],
    [
      'with an instruction that imports and calls',
      evil(Buffer.from('(S"x"\nios\nsystem\n')),
      /instruction 0x53/,
    ],
    ['that makes a number', evil(pickle.whole(1)), /no dictionary of tensors/],
    ['whose mark is no value', evil(Buffer.from([0x28])), /damaged pickle/],
    ['whose dictionary has a key only', evil(Buffer.from([0x7d, 0x28, 0x4e, 0x75])), /damaged pickle/],
  ]
  test.each(damaged)('a pickle %s', (_name, bytes, wanted) => {
    expect(put(archive(bytes))).toMatch(wanted)
  })

  const dictionary = (value: Uint8Array) => evil(pickle.dictionary([[pickle.text('a'), value]]))
  test('tensors without bytes, and tensors larger than their bytes', () => {
    expect(put(archive(dictionary(tensorPickle('7', [4], 'F32'))))).toMatch(/has no bytes/)
    expect(put(archive(dictionary(tensorPickle('../../etc/passwd', [4], 'F32'))))).toMatch(/has no bytes/)
    expect(put(archive(dictionary(tensorPickle('0', [17], 'F32'))))).toMatch(/larger than its bytes/)
    expect(put(archive(dictionary(tensorPickle('0', [2 ** 31 - 1, 2 ** 31 - 1], 'F32'))))).toMatch(
      /larger than its bytes/,
    )
  })

  test('archives that are compressed, lie over themselves, lead out of themselves or end early', () => {
    const good = evil(pickle.dictionary([]))
    const data = 'archive/data/0'
    expect(put(archive(good, { [data]: { method: 8 } }))).toMatch(/compressed archive/)
    // 42 kB that claim to be 4 GB.
    expect(put(archive(good, { [data]: { bytes: 0xffff_fff0 } }))).toMatch(/compressed archive/)
    expect(put(archive(good, { [data]: { header: 0 } }))).toMatch(/lie over each other/)
    expect(put(archive(good, { [data]: { header: 0xffff_0000 } }))).toMatch(/cut off/)
    expect(put(archive(good).subarray(0, -30))).toMatch(/damaged archive/)
    expect(put(Buffer.from('PK\x03\x04'))).toMatch(/no PyTorch checkpoint/)
    expect(put(storedZip(new Map([['a.txt', Buffer.from('x')]])))).toMatch(/no PyTorch checkpoint/)
  })

  test('a bare pickle of old is named, and not read', () => {
    expect(put(evil(pickle.call(pickle.global('os', 'system'), pickle.tuple())))).toMatch(
      /before version 1\.6/,
    )
  })

  test('a checkpoint that keeps its tensors under one more key is read', () => {
    const path = model('PyTorch')
    expect(reason(path)).toBe('possible')
    const { shape, extras } = family as NonNullable<typeof family>
    writePytorch(path, randomWeights(shape, extras, 'BF16', 1), 'BF16')
    expect(describeModel(path)).toMatchObject({ format: 'pytorch', dtype: 'BF16' })
  })
})

describe('configs and tokenizers that do not fit', () => {
  const cases: [string, object, RegExp][] = [
    ['an architecture that is not converted', { architectures: ['BertModel'] }, /BertModel is not converted/],
    ['code of its own', { architectures: ['X'], auto_map: { AutoModel: 'x.X' } }, /code of its own/],
    ['experts', { architectures: ['MixtralForCausalLM'] }, /MixtralForCausalLM is not converted/],
    ['a name from Object.prototype', { architectures: ['constructor'] }, /constructor is not converted/],
    [
      'weights quantised by others',
      { quantization_config: { quant_method: 'gptq', bits: 4 } },
      /quantised by "gptq"/,
    ],
    ['a billion layers', { num_hidden_layers: 1e9 }, /from 1 to 512/],
    ['no heads', { num_attention_heads: 0 }, /from 1 to 65536/],
    ['heads that cannot be shared', { num_key_value_heads: 3 }, /cannot share/],
    ['an odd head', { head_dim: 15 }, /cannot be rotated/],
    ['a text for a number', { hidden_size: '64' }, /whole number/],
    ['more layers than tensors', { num_hidden_layers: 4 }, /model\.layers\.3\..* is missing/],
    ['fewer layers than tensors', { num_hidden_layers: 2 }, /that its family does not have/],
    ['another width', { hidden_size: 128, head_dim: 16 }, /has the shape/],
    ['an unknown scaling', { rope_scaling: { rope_type: 'yarn', factor: 4 } }, /scaled by "yarn"/],
    ['another activation', { hidden_act: 'relu' }, /uses "relu"/],
  ]
  test.each(cases)('%s', (_name, change, wanted) => {
    expect(reason(configured(model(), change))).toMatch(wanted)
  })

  test.each([
    [{ bits: 3, group_size: 32 }, /3 bits; 4 and 8 bits are converted/],
    [{ bits: 4, group_size: 64 }, /does not fit its scales and biases/],
    [{ bits: 8, group_size: 32 }, /does not fit its scales and biases/],
    [{ bits: 4, group_size: 32, mode: 'mxfp4' }, /"mxfp4"; only "affine"/],
    [{ bits: 4 }, /does not say "group_size"/],
  ])('MLX weights whose packing is said to be %j', (quantization, wanted) => {
    const path = model('MLX')
    expect(reason(path)).toBe('possible')
    expect(reason(configured(path, { quantization }))).toMatch(wanted)
  })

  test('a vocabulary larger than the model’s', () => {
    const path = model()
    writeTokenizerModel(path, tinyPieces(420, ['<unk>', '<s>', '</s>']), { addsSpace: true })
    expect(reason(path)).toMatch(/420 tokens, and the model knows only 400/)
  })

  test('an added token that the model has no row for is left out, as nobody can say it', () => {
    const path = model()
    const file = join(path, 'tokenizer_config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as object
    const added = { 400: { content: '<image_soft_token>', special: true } }
    writeFileSync(file, JSON.stringify({ ...config, added_tokens_decoder: added }))
    expect(reason(path)).toBe('possible')
  })

  test('a SentencePiece tokenizer of another kind, one that is cut off, and none', () => {
    const path = model()
    const file = join(path, 'tokenizer.model')
    writeTokenizerModel(path, tinyPieces(398, ['<unk>', '<s>', '</s>']), { addsSpace: true, algorithm: 1 })
    expect(reason(path)).toMatch(/"unigram"/)
    truncateSync(file, 1000)
    expect(reason(path)).toMatch(/is damaged/)
    rmSync(file)
    expect(reason(path)).toMatch(/no tokenizer\.json and no tokenizer\.model/)
  })

  test.each([
    [{ model: { type: 'Unigram' } }, /kind "Unigram"/],
    [{ model: { type: 'BPE', vocab: { a: -1 }, merges: [] } }, /no usable number/],
    [{ model: { type: 'BPE', vocab: { a: 1e12 }, merges: [] } }, /no usable number/],
    [{ model: { type: 'BPE', vocab: {}, merges: [[1, 2]] } }, /damaged list of pairs/],
    [
      {
        model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [{ type: 'Split', pattern: { Regex: 'x' } }, { type: 'ByteLevel' }],
        },
      },
      /in a way that is not known here/,
    ],
    [
      {
        model: { type: 'BPE', byte_fallback: true, vocab: { a: 0, b: 1 }, merges: [] },
        added_tokens: [{ id: 1, content: 'a' }],
      },
      /token "a" twice/,
    ],
  ])('a tokenizer.json like %j', (json, wanted) => {
    const path = model()
    rmSync(join(path, 'tokenizer.model'))
    writeFileSync(join(path, 'tokenizer.json'), JSON.stringify(json))
    expect(reason(path)).toMatch(wanted)
  })
})

describe('bytes changed by chance', () => {
  /** The bytes that say where others are: flips there lead astray. */
  const places: [Form, string, (bytes: Buffer) => [number, number]][] = [
    ['SafeTensors', 'model.safetensors', bytes => [0, 8 + Number(bytes.readBigUInt64LE())]],
    ['PyTorch', 'pytorch_model.bin', bytes => [0, bytes.indexOf('archive/byteorder')]],
    ['PyTorch', 'pytorch_model.bin', bytes => [bytes.lastIndexOf('archive/data/0') - 200, bytes.length]],
    ['SafeTensors', 'tokenizer.model', bytes => [0, bytes.length]],
    ['MLX', 'config.json', bytes => [0, bytes.length]],
  ]
  test.each(places)('%s, %s: every change is read or refused, none is a defect', (form, name, part) => {
    const path = model(form)
    const file = join(path, name)
    const good = readFileSync(file)
    const [from, to] = part(good)
    const random = new Random(7, name)
    const refused = new Set<string>()
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(good)
      const flips = 1 + random.below(4)
      for (let flip = 0; flip < flips; flip++) bytes[from + random.below(to - from)] = random.below(256)
      writeFileSync(file, bytes)
      // Anything but a description would be thrown here.
      refused.add(reason(path))
    }
    expect(refused.size).toBeGreaterThan(1)
  })
})

describe('what takes too long or too much', () => {
  test('a tokenizer.json that fills the memory ends the child, not the caller', async () => {
    const path = model()
    rmSync(join(path, 'tokenizer.model'))
    const list = `[${'{},'.repeat(20_000_000)}{}]`
    writeFileSync(join(path, 'tokenizer.json'), `{"model":${list}}`)
    const found = converter.describe(path, never)
    await expect(found).rejects.toMatchObject({
      code: 'not_convertible',
      message: expect.stringContaining('memory'),
    })
  })

  test('a file that claims much is not read whole', () => {
    const path = model()
    writeFileSync(join(path, 'config.json'), Buffer.alloc(65 * 1024 * 1024, ' '))
    expect(reason(path)).toMatch(/at most 67108864 are read/)
  })

  test('a look that is given up ends its child', async () => {
    const stop = new AbortController()
    const looking = converter.describe(model(), stop.signal)
    stop.abort(new Error('enough'))
    await expect(looking).rejects.toThrow('enough')
  })
})

test('what is nothing of all this is nothing', () => {
  const path = join(folder, 'plain')
  mkdirSync(path)
  writeFileSync(join(path, 'notes.txt'), 'x')
  expect(describeModel(path)).toBeNull()
  expect(describeModel(join(path, 'notes.txt'))).toBeNull()
  writeFileSync(join(path, 'lonely.safetensors'), safetensors(new Map()))
  expect(reason(join(path, 'lonely.safetensors'))).toMatch(/without the config\.json/)
})
