import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, describe as group, test } from 'vitest'
import { writePytorch, writeSafetensors } from '../testing/checkpoints.testing.ts'
import { type TinyFamily, tinyFamilies, writeTinyModel } from '../testing/families.testing.ts'
import { randomWeights } from '../testing/weights.testing.ts'
import { describe } from './describe.ts'

let folder: string
let count = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-describe-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function empty(name = `model-${count++}`): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  return path
}

const field = (number: number, bytes: Uint8Array | string): Buffer => {
  const body = Buffer.from(bytes)
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
  const key = number * 8 + 2
  return Buffer.concat([
    Buffer.from(key < 128 ? [key] : [(key & 127) | 128, key >> 7]),
    Buffer.from(length),
    body,
  ])
}
const varint = (number: number, value: number) => Buffer.from([number * 8, value])

group('ONNX', () => {
  const tensor = (type: number, ...dimensions: number[]) =>
    field(5, Buffer.concat([...dimensions.map(each => varint(1, each)), varint(2, type), field(9, 'data')]))
  const onnx = (...graph: Buffer[]) =>
    Buffer.concat([
      varint(1, 9),
      field(2, 'pytorch'),
      field(7, Buffer.concat([field(1, 'a node'), ...graph])),
    ])

  test('is described by its graph, weights counted and not read', () => {
    const path = join(empty(), 'decoder.onnx')
    writeFileSync(path, onnx(tensor(10, 100, 10), tensor(1, 7), tensor(10, 3)))
    expect(describe(path)).toEqual({
      format: 'onnx',
      path,
      name: 'decoder',
      architecture: 'ONNX graph by pytorch',
      parameters: 1010,
      dtype: 'F16',
      contextLength: null,
      bytes: expect.any(Number),
      conversion: { possible: false, reason: expect.stringContaining('ONNX Runtime') },
    })
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(100)],
    ['a text', Buffer.from('this is no model at all, it is a text')],
    ['a length behind the end', Buffer.from([0x08, 9, 0x3a, 0xff, 0xff, 0xff, 0x7f])],
    ['a number that never ends', Buffer.alloc(30, 0xff)],
    ['half of one', onnx(tensor(1, 5)).subarray(0, 15)],
  ])('%s is none, and says so', (_name, bytes) => {
    const path = join(empty(), 'x.onnx')
    writeFileSync(path, bytes)
    expect(describe(path)).toMatchObject({
      conversion: { possible: false, reason: expect.stringMatching(/no ONNX model|damaged/) },
    })
  })

  test('a folder with one and no other weights is that', () => {
    const path = empty()
    writeFileSync(join(path, 'model.onnx'), onnx())
    expect(describe(path)).toMatchObject({ format: 'onnx', name: 'model' })
  })
})

group('Core ML', () => {
  const specification = Buffer.concat([varint(1, 8), Buffer.from([0xb2, 0x1f, 0])])

  test('a package is described by the model that its manifest names', () => {
    const path = empty('Chat.mlpackage')
    const data = join(path, 'Data', 'com.apple.CoreML')
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, 'model.mlmodel'), specification)
    writeFileSync(join(data, 'weight.bin'), Buffer.alloc(1000))
    const manifest = (entry: string) =>
      JSON.stringify({ rootModelIdentifier: 'A', itemInfoEntries: { A: { path: entry } } })
    writeFileSync(join(path, 'Manifest.json'), manifest('com.apple.CoreML/model.mlmodel'))
    expect(describe(path)).toMatchObject({
      format: 'coreml',
      name: 'Chat',
      architecture: 'Core ML ML program, specification 8',
      conversion: { possible: false, reason: expect.stringContaining('Apple’s own runtime') },
    })
    expect(describe(path)?.bytes).toBeGreaterThan(1000)
    for (const out of ['../../../etc/passwd', '/etc/passwd', 'missing']) {
      writeFileSync(join(path, 'Manifest.json'), manifest(out))
      expect(describe(path)).toMatchObject({
        conversion: { reason: expect.stringContaining('not in the package') },
      })
    }
    writeFileSync(join(path, 'Manifest.json'), '{')
    expect(describe(path)).toMatchObject({
      conversion: { reason: expect.stringContaining('not valid JSON') },
    })
  })

  test('a compiled one by its metadata, a plain one by itself', () => {
    const compiled = empty('Words.mlmodelc')
    const metadata = [{ modelType: { name: 'MLModelType_mlProgram' }, storagePrecision: 'Float16' }]
    writeFileSync(join(compiled, 'metadata.json'), JSON.stringify(metadata))
    expect(describe(compiled)).toMatchObject({
      name: 'Words',
      architecture: 'Core ML mlProgram, compiled',
      dtype: 'Float16',
    })
    const plain = join(empty(), 'old.mlmodel')
    writeFileSync(plain, specification)
    expect(describe(plain)).toMatchObject({ format: 'coreml', name: 'old' })
  })
})

const family = (name: string) => tinyFamilies[name] as TinyFamily

group('what the config says', () => {
  test('a Gemma 3 that takes pictures too: its text part, and that is said', () => {
    const path = empty()
    const { shape, extras, config, tokenizer } = family('Gemma 3')
    const text = [...randomWeights(shape, extras, 'BF16', 1)].map(
      ([name, each]) => [`language_model.${name}`, each] as const,
    )
    const picture = { shape: [4, 4], values: new Float32Array(16) }
    const all = new Map([
      ...text,
      ['vision_tower.patch.weight', picture],
      ['multi_modal_projector.x', picture],
    ] as const)
    writeSafetensors(path, all, 'BF16')
    writeFileSync(
      join(path, 'config.json'),
      JSON.stringify({ architectures: ['Gemma3ForConditionalGeneration'], text_config: config }),
    )
    tokenizer(path)
    expect(describe(path)).toMatchObject({
      contextLength: 512,
      conversion: { possible: true, notes: [expect.stringContaining('no longer takes pictures')] },
    })
  })

  test('a window that llama.cpp does not keep for the family shortens the context, and that is said', () => {
    const path = empty()
    const mistral = family('Mistral')
    writeTinyModel(path, { ...mistral, config: { ...mistral.config, sliding_window: 128 } }, 'SafeTensors')
    expect(describe(path)?.conversion).toMatchObject({
      possible: true,
      notes: [expect.stringContaining('its context is therefore 128 tokens')],
    })
  })

  test.each([
    [
      'rope_parameters in place of rope_theta',
      { rope_theta: undefined, rope_parameters: { rope_type: 'default', rope_theta: 1e6 } },
      true,
    ],
    [
      'one rope for each kind of layer',
      {
        rope_theta: undefined,
        rope_local_base_freq: undefined,
        rope_scaling: undefined,
        rope_parameters: {
          full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
          sliding_attention: { rope_type: 'default', rope_theta: 20_000 },
        },
      },
      true,
    ],
    [
      'kinds of layers that alternate',
      { layer_types: [...Array(5).fill('sliding_attention'), 'full_attention', 'sliding_attention'] },
      true,
    ],
    [
      'kinds of layers that do not',
      { layer_types: ['full_attention', ...Array(5).fill('sliding_attention'), 'full_attention'] },
      false,
    ],
    ['another scale of the attention', { query_pre_attn_scalar: 100 }, false],
    ['logits that are capped', { final_logit_softcapping: 30 }, false],
    ['a model that looks both ways', { use_bidirectional_attention: true }, false],
  ])('Gemma 3 with %s', (_name, change, possible) => {
    const path = empty()
    const gemma = family('Gemma 3')
    writeTinyModel(path, { ...gemma, config: { ...gemma.config, ...change } }, 'SafeTensors')
    expect(describe(path)?.conversion.possible).toBe(possible)
  })

  test('a PyTorch checkpoint is counted and its type named', () => {
    const path = empty()
    const { shape, extras } = family('Llama 2')
    writeTinyModel(path, family('Llama 2'), 'SafeTensors')
    rmSync(join(path, 'model.safetensors'))
    writePytorch(path, randomWeights(shape, extras, 'F32', 1), 'F32')
    expect(describe(path)).toMatchObject({ format: 'pytorch', dtype: 'F32', parameters: 143_808 })
  })
})
