import { describe, expect, it } from 'vitest'
import type { FactsState, InstalledModel, ModelFacts } from '../../library/types.ts'
import { parameterSize, running, shown, tagged } from './models.ts'

const model: InstalledModel = {
  id: 'qwen3-0.6b',
  path: '/m/Qwen3-0.6B.gguf',
  parts: ['/m/Qwen3-0.6B.gguf'],
  partsExpected: 1,
  aliases: ['qwen3-0.6b:latest'],
  bytes: 1000,
  origin: 'models',
  format: 'gguf',
  modifiedAt: 0,
  fingerprint: 'a',
  description: null,
}

const facts: ModelFacts = {
  architecture: 'qwen3',
  name: 'Qwen3 0.6B',
  parameters: 596_049_920,
  quantization: 'Q8_0',
  trainedContextLength: 40_960,
  vocabularySize: 151_936,
  kind: 'text',
  templateError: null,
  hasChatTemplate: true,
  chatTemplate: '{{ messages }}',
  supportsTools: false,
  supportsInfill: false,
}

const known = (more: Partial<ModelFacts> = {}): FactsState => ({
  state: 'known',
  facts: { ...facts, ...more },
})

it.each([
  [7_615_616_512, '7.6B'],
  [596_049_920, '596.05M'],
  [12_345, '12.35K'],
  [12, '12'],
])('%d parameters are %s', (parameters, text) => {
  expect(parameterSize(parameters)).toBe(text)
})

it('lists a model with its tag', () => {
  expect(tagged(model, known())).toEqual({
    name: 'qwen3-0.6b:latest',
    model: 'qwen3-0.6b:latest',
    modified_at: '1970-01-01T00:00:00.000Z',
    size: 1000,
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    details: {
      parent_model: '',
      format: 'gguf',
      family: 'qwen3',
      families: ['qwen3'],
      parameter_size: '596.05M',
      quantization_level: 'Q8_0',
    },
  })
  expect(tagged({ ...model, fingerprint: 'b' }, known()).digest).not.toBe(tagged(model, known()).digest)
})

it('lists a model that nobody has read yet', () => {
  expect(tagged(model, { state: 'unknown' }).details).toMatchObject({
    family: '',
    families: [],
    parameter_size: '',
  })
})

describe('a model in memory', () => {
  const state = {
    id: model.id,
    state: 'loaded' as const,
    progress: null,
    leases: 0,
    slots: 4,
    waiting: 0,
    contextLength: 4096,
    reason: null,
    bytes: 2000,
    pinned: false,
    unloadsAt: null,
  }

  it.each([
    [null, '9999-12-31T23:59:59Z'],
    [1000, '1970-01-01T00:00:01.000Z'],
  ])('that unloads at %o expires at %s', (unloadsAt, expires_at) => {
    expect(running(model, known(), { ...state, unloadsAt })).toMatchObject({
      size: 2000,
      context_length: 4096,
      expires_at,
    })
  })
})

describe('what is shown', () => {
  it('has the facts of the file', () => {
    expect(shown(model, known(), 4096)).toMatchObject({
      template: '{{ messages }}',
      parameters: expect.stringMatching(/^num_ctx +4096$/),
      model_info: {
        'general.architecture': 'qwen3',
        'general.parameter_count': 596_049_920,
        'qwen3.context_length': 40_960,
      },
    })
  })

  it.each<[Partial<ModelFacts>, string[]]>([
    [{}, ['completion']],
    [{ supportsTools: true }, ['completion', 'tools']],
    [{ supportsInfill: true }, ['completion', 'insert']],
    [{ chatTemplate: '<think>{{ messages }}</think>' }, ['completion', 'thinking']],
    [{ kind: 'embedding' }, ['embedding']],
    [{ kind: 'reranking' }, []],
  ])('with %o says it can %o', (more, capabilities) => {
    expect(shown(model, known(more), 4096).capabilities).toEqual(capabilities)
  })

  it('says little of a file that cannot be read', () => {
    expect(shown(model, { state: 'invalid', reason: 'Broken.' }, null)).toMatchObject({
      capabilities: [],
      model_info: {},
      parameters: '',
    })
  })
})
