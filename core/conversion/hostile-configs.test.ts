/** Configs and tokenizers that lie, bytes changed by chance, and what takes too long or too much. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { Random } from '../../scripts/gguf/random.ts'
import { spawnForTest } from '../engine/spawn.testing.ts'
import { createConverter } from './converter.ts'
import type { Form } from './testing/families.testing.ts'
import { configured, reasonOf, Workshop } from './testing/hostile.testing.ts'
import { tinyPieces, writeByteLevel, writeTokenizerModel } from './testing/tokenizers.testing.ts'

vi.setConfig({ testTimeout: 60_000 })
const workshop = new Workshop()
afterAll(() => workshop[Symbol.dispose]())
const never = new AbortController().signal
const converter = createConverter({ spawn: spawnForTest })

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
    expect(reasonOf(configured(workshop.model(), change))).toMatch(wanted)
  })

  test.each([
    [{ bits: 3, group_size: 32 }, /3 bits; 4 and 8 bits are converted/],
    [{ bits: 4, group_size: 64 }, /does not fit its scales and biases/],
    [{ bits: 8, group_size: 32 }, /does not fit its scales and biases/],
    [{ bits: 4, group_size: 32, mode: 'mxfp4' }, /"mxfp4"; only "affine"/],
    [{ bits: 4 }, /does not say "group_size"/],
  ])('MLX weights whose packing is said to be %j', (quantization, wanted) => {
    const path = workshop.model('MLX')
    expect(reasonOf(path)).toBe('possible')
    expect(reasonOf(configured(path, { quantization }))).toMatch(wanted)
  })

  test('a vocabulary larger than the model’s', () => {
    const path = workshop.model()
    writeTokenizerModel(path, tinyPieces(420, ['<unk>', '<s>', '</s>']), { addsSpace: true })
    expect(reasonOf(path)).toMatch(/420 tokens, and the model knows only 400/)
  })

  test('an added token that the model has no row for is left out, as nobody can say it', () => {
    const path = workshop.model()
    const file = join(path, 'tokenizer_config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as object
    const added = { 400: { content: '<image_soft_token>', special: true } }
    writeFileSync(file, JSON.stringify({ ...config, added_tokens_decoder: added }))
    expect(reasonOf(path)).toBe('possible')
  })

  test('a SentencePiece tokenizer of another kind, one that is cut off, and none', () => {
    const path = workshop.model()
    const file = join(path, 'tokenizer.model')
    writeTokenizerModel(path, tinyPieces(398, ['<unk>', '<s>', '</s>']), { addsSpace: true, algorithm: 1 })
    expect(reasonOf(path)).toMatch(/"unigram"/)
    truncateSync(file, 1000)
    expect(reasonOf(path)).toMatch(/is damaged/)
    rmSync(file)
    expect(reasonOf(path)).toMatch(/no tokenizer\.json and no tokenizer\.model/)
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
    const path = workshop.model()
    rmSync(join(path, 'tokenizer.model'))
    writeFileSync(join(path, 'tokenizer.json'), JSON.stringify(json))
    expect(reasonOf(path)).toMatch(wanted)
  })
})

describe('byte-level tokenizers that differ where only some texts would show it', () => {
  const change = (edit: (json: Record<string, unknown>) => void): string => {
    const path = workshop.model()
    rmSync(join(path, 'tokenizer.model'))
    writeByteLevel(path, 'Llama 3', 390, ['<s>', '</s>'], {})
    const file = join(path, 'tokenizer.json')
    const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    edit(json)
    writeFileSync(file, JSON.stringify(json))
    return reasonOf(path)
  }
  const steps = (json: Record<string, unknown>) =>
    (json.pre_tokenizer as { pretokenizers: [Record<string, unknown>, Record<string, unknown>] })
      .pretokenizers

  test('as it is, it is taken', () => {
    expect(change(() => {})).toBe('possible')
  })

  test.each<[string, (json: Record<string, unknown>) => void, RegExp]>([
    [
      'another pattern',
      json => Object.assign(steps(json)[0], { pattern: { Regex: '\\p{L}+' } }),
      /not known here/,
    ],
    [
      'a pattern of what is between words',
      json => Object.assign(steps(json)[0], { invert: true }),
      /not known here/,
    ],
    [
      'words that are thrown away',
      json => Object.assign(steps(json)[0], { behavior: 'Removed' }),
      /not known here/,
    ],
    ['a second cut', json => Object.assign(steps(json)[1], { use_regex: true }), /not known here/],
    [
      'a space before the text',
      json => Object.assign(steps(json)[1], { add_prefix_space: true }),
      /not known here/,
    ],
    [
      'capitals taken away',
      json => Object.assign(json, { normalizer: { type: 'Lowercase' } }),
      /"Lowercase"/,
    ],
    [
      'a prefix inside of words',
      json => Object.assign(json.model as object, { continuing_subword_prefix: '##' }),
      /inside of words/,
    ],
  ])('%s is refused', (_name, edit, wanted) => {
    expect(change(edit)).toMatch(wanted)
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
    const path = workshop.model(form)
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
      refused.add(reasonOf(path))
    }
    expect(refused.size).toBeGreaterThan(1)
  })
})

describe('what takes too long or too much', () => {
  test('a tokenizer.json that keeps its reader busy ends the child, not the caller', async () => {
    const path = workshop.model()
    rmSync(join(path, 'tokenizer.model'))
    // Sixty megabytes of nothings: tens of seconds, and a gigabyte.
    writeFileSync(join(path, 'tokenizer.json'), `{"model":[${'{},'.repeat(20_000_000)}{}]}`)
    const hasty = createConverter({ spawn: spawnForTest, deadline: 8000 })
    const began = performance.now()
    await expect(hasty.describe(path, never)).rejects.toMatchObject({
      code: 'not_convertible',
      message: expect.stringContaining('too long or too much memory'),
    })
    expect(performance.now() - began).toBeLessThan(30_000)
  })

  test('brackets that open and never close', () => {
    const path = workshop.model()
    rmSync(join(path, 'tokenizer.model'))
    writeFileSync(join(path, 'tokenizer.json'), '['.repeat(10_000_000))
    expect(reasonOf(path)).toMatch(/not valid JSON/)
  })

  test('a file that claims much is not read whole', () => {
    const path = workshop.model()
    writeFileSync(join(path, 'config.json'), Buffer.alloc(65 * 1024 * 1024, ' '))
    expect(reasonOf(path)).toMatch(/at most 67108864 are read/)
  })

  test('a look that is given up ends its child', async () => {
    const stop = new AbortController()
    const looking = converter.describe(workshop.model(), stop.signal)
    stop.abort(new Error('enough'))
    await expect(looking).rejects.toThrow('enough')
  })
})
