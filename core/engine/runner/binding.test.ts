import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyLlama } from '../../../scripts/gguf/fixtures.ts'
import { tensorTypes } from '../inspector/tensor-types.ts'
import { type AddonContext, type AddonModel, type Binding, loadBinding } from './binding.ts'

/** All that the engine uses of the addon, kind by kind. When this test fails after an update, read their changes first. */
const used = {
  functions: [
    'markLoaded',
    'setLogger',
    'setLoggerLogLevel',
    'setEnv',
    'loadBackends',
    'ensureGpuDeviceIsSupported',
    'init',
    'getGpuType',
    'getMathCores',
    'getGpuVramInfo',
  ],
  AddonModel: [
    'init',
    'dispose',
    'tokenize',
    'detokenize',
    'getTrainContextSize',
    'getTotalParameters',
    'getModelDescription',
    'getVocabularyType',
    'getTokenString',
    'getTokenAttributes',
    'isEogToken',
    'shouldPrependBosToken',
    'tokenBos',
    'tokenEos',
    'prefixToken',
    'suffixToken',
    'middleToken',
    'sepToken',
    'shouldAppendEosToken',
    'loadLora',
  ],
  AddonContext: [
    'init',
    'dispose',
    'initBatch',
    'addToBatch',
    'decodeBatch',
    'sampleToken',
    'getEmbedding',
    'removeTokenCellsFromSequence',
    'disposeSequence',
    'saveSequenceStateToFile',
    'loadSequenceStateFromFile',
    'restoreCheckpoint',
    'setLoras',
    'ensureDraftContextIsCompatibleForSpeculative',
    'getSequenceKvCacheMinPosition',
  ],
  AddonSampler: ['applyConfig', 'dispose'],
} as const

/** Calls for tables only, which the engine itself has no use for. */
interface TypeTables {
  getBlockSizeForGgmlType(type: number): number | undefined
  getTypeSizeForGgmlType(type: number): number | undefined
}

let folder: string
let binding: Binding
let model: AddonModel
let context: AddonContext

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-binding-'))
  const path = join(folder, 'tiny.gguf')
  await writeTinyLlama(path)
  binding = await loadBinding(() => {})
  model = new binding.AddonModel(path, { addonExports: binding, gpuLayers: 0, useMmap: true })
  expect(await model.init()).toBe(true)
  context = new binding.AddonContext(model, {
    contextSize: 512,
    batchSize: 64,
    sequences: 2,
    threads: 1,
    flashAttention: 'auto',
  })
  expect(await context.init()).toBe(true)
})
afterAll(async () => {
  await context.dispose()
  await model.dispose()
  await rm(folder, { recursive: true })
})

test('the installed version is the pinned one', async () => {
  const wanted = JSON.parse(await readFile('package.json', 'utf8')).dependencies['node-llama-cpp']
  const installed = JSON.parse(await readFile('node_modules/node-llama-cpp/package.json', 'utf8')).version
  expect(installed).toBe(wanted)
})

describe('the addon has', () => {
  test('copies of states', () => {
    expect(binding.AddonContextSequenceCheckpoint.prototype.init).toBeTypeOf('function')
    expect(binding.AddonContextSequenceCheckpoint.prototype.dispose).toBeTypeOf('function')
  })
  test('adapters', () => {
    expect(binding.AddonModelLora).toBeTypeOf('function')
  })
  test('grammars', () => {
    expect(binding.AddonGrammar).toBeTypeOf('function')
    expect(binding.AddonGrammarEvaluationState).toBeTypeOf('function')
    expect(binding.AddonSampler.acceptGrammarEvaluationStateToken).toBeTypeOf('function')
    expect(binding.AddonSampler.canBeNextTokenForGrammarEvaluationState).toBeTypeOf('function')
  })
  test.each(used.functions)('%s()', name => {
    expect(binding[name]).toBeTypeOf('function')
  })
  test.each(used.AddonModel)('AddonModel.%s()', name => {
    expect(binding.AddonModel.prototype[name]).toBeTypeOf('function')
  })
  test.each(used.AddonContext)('AddonContext.%s()', name => {
    expect(binding.AddonContext.prototype[name]).toBeTypeOf('function')
  })
  test.each(used.AddonSampler)('AddonSampler.%s()', name => {
    expect(binding.AddonSampler.prototype[name]).toBeTypeOf('function')
  })
})

test('its tensor types are those of the inspector', () => {
  const tables = binding as unknown as TypeTables
  const native = new Map<number, { block: number; bytes: number }>()
  for (let type = 0; type < 256; type++) {
    const bytes = tables.getTypeSizeForGgmlType(type)
    const block = tables.getBlockSizeForGgmlType(type)
    if (bytes && block) native.set(type, { block, bytes })
  }
  const ours = [...tensorTypes].map(([type, { block, bytes }]) => [type, { block, bytes }] as const)
  expect(new Map(ours)).toEqual(native)
})

describe('a step', () => {
  const greedy = () => {
    const sampler = new binding.AddonSampler(model)
    sampler.applyConfig({ temperature: 0, seed: 1 })
    return sampler
  }

  test('computes several sequences and says where their logits are', async () => {
    context.initBatch(5)
    expect(context.addToBatch(0, 0, Uint32Array.of(5, 6, 7), Uint32Array.of(2))).toEqual(Uint32Array.of(2))
    expect(context.addToBatch(1, 0, Uint32Array.of(5, 6), Uint32Array.of(0, 1))).toEqual(Uint32Array.of(3, 4))
    await context.decodeBatch()
    for (const logit of [2, 3, 4])
      expect(await context.sampleToken(logit, greedy())).toBeGreaterThanOrEqual(0)
    expect(context.getSequenceKvCacheMinPosition(0)).toBe(0)
  })

  test('goes on after its state was cut', async () => {
    expect(context.removeTokenCellsFromSequence(0, 1, -1)).toBe(true)
    context.initBatch(2)
    const [logit = -1] = context.addToBatch(0, 1, Uint32Array.of(6, 7), Uint32Array.of(1))
    await context.decodeBatch()
    expect(await context.sampleToken(logit, greedy())).toBeGreaterThanOrEqual(0)
  })

  test('refuses more tokens than its batch was made for', () => {
    context.initBatch(1)
    expect(() => context.addToBatch(0, 3, Uint32Array.of(1, 2), Uint32Array.of(1))).toThrow(/exceed/)
    expect(() => context.initBatch(65)).toThrow(/Invalid batch size/)
  })

  test('forgets a sequence', () => {
    context.disposeSequence(1)
    expect(context.getSequenceKvCacheMinPosition(1)).toBe(-1)
  })

  test('obeys a bias, and tells how likely each token was', async () => {
    context.disposeSequence(0)
    context.initBatch(1)
    const [logit = -1] = context.addToBatch(0, 0, Uint32Array.of(5), Uint32Array.of(0))
    await context.decodeBatch()
    const sampler = new binding.AddonSampler(model)
    sampler.applyConfig({
      temperature: 0,
      seed: 1,
      tokenBiasKeys: Uint32Array.of(77),
      tokenBiasValues: Float32Array.of(1000),
    })
    expect(await context.sampleToken(logit, sampler)).toBe(77)
    const [token, listed = [], share] = await context.sampleToken(logit, greedy(), true, true)
    expect(listed[0]).toBe(token)
    expect(listed[1]).toBeCloseTo(share ?? Number.NaN, 5)
    const sum = listed.filter((_, index) => index % 2 === 1).reduce((a, b) => a + b, 0)
    expect(sum).toBeCloseTo(1, 3)
  })
})
