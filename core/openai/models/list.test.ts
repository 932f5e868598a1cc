import { describe, expect, it } from 'vitest'
import { getModel } from '../../contract/models.ts'
import type { FactsState, InstalledModel, ModelFacts } from '../../library/types.ts'
import { type ModelView, wireModel } from './list.ts'

const model: InstalledModel = {
  id: 'qwen3-8b-q4_k_m',
  path: '/home/ada/Models/Qwen3-8B-Q4_K_M.gguf',
  parts: ['/home/ada/Models/Qwen3-8B-Q4_K_M.gguf'],
  partsExpected: 1,
  aliases: ['qwen3-8b-q4_k_m:latest'],
  bytes: 5_000_000_000,
  origin: 'models',
  format: 'gguf',
  modifiedAt: 1_700_000_000_500,
  fingerprint: '1:2:3',
  description: null,
}

const facts: ModelFacts = {
  architecture: 'qwen3',
  name: 'Qwen3 8B',
  parameters: 8_190_735_360,
  quantization: 'Q4_K',
  trainedContextLength: 40_960,
  vocabularySize: 151_936,
  kind: 'text',
  templateError: null,
  hasChatTemplate: true,
  supportsTools: true,
  supportsInfill: false,
  chatTemplate: null,
}

function shown(view: Partial<ModelView> = {}) {
  const wire = wireModel({
    model,
    facts: { state: 'known', facts },
    state: undefined,
    isDefault: false,
    contextLength: 32_768,
    ...view,
  })
  return getModel.response.parse(JSON.parse(JSON.stringify(wire)))
}

function known(more: Partial<ModelFacts>): FactsState {
  return { state: 'known', facts: { ...facts, ...more } }
}

describe('a model in the list', () => {
  it('has what clients of OpenAI, vLLM and llama.cpp read, and no path', () => {
    const wire = shown({ isDefault: true })
    expect(wire).toMatchObject({
      id: 'qwen3-8b-q4_k_m',
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'models',
      default: true,
      context_length: 32_768,
      max_model_len: 32_768,
      quantization: 'Q4_K',
      size: 5_000_000_000,
      meta: { n_ctx: 32_768, n_ctx_train: 40_960, n_params: 8_190_735_360, n_vocab: 151_936 },
      status: { value: 'unloaded' },
    })
    expect(JSON.stringify(wire)).not.toContain('/home')
  })

  it('says null for what nobody has read yet', () => {
    expect(shown({ facts: { state: 'unknown' }, contextLength: null })).toMatchObject({
      context_length: null,
      architecture: null,
      capabilities: [],
      meta: { n_ctx: null, n_ctx_train: null },
    })
  })

  it.each([
    ['chat and tools', {}, ['completion', 'chat', 'tools']],
    [
      'a model that thinks',
      { chatTemplate: "{{ '<think>' }}{{ message.content.split('</think>') }}" },
      ['completion', 'chat', 'tools', 'reasoning'],
    ],
    [
      'a base model',
      { hasChatTemplate: false, supportsTools: false, supportsInfill: true },
      ['completion', 'infill'],
    ],
    ['an embedding model', { kind: 'embedding' as const }, ['embedding']],
    ['a speech model', { kind: 'other' as const }, []],
    ['a reranker', { kind: 'reranking' as const }, ['rerank']],
  ])('can do what its file says: %s', (_name, more, capabilities) => {
    expect(shown({ facts: known(more) }).capabilities).toEqual(capabilities)
  })

  it('has the state it is in, and why', () => {
    const state = {
      id: model.id,
      progress: 0.5,
      leases: 0,
      slots: 4,
      waiting: 0,
      contextLength: null,
      reason: null,
      bytes: 0,
      pinned: false,
      unloadsAt: null,
    }
    expect(shown({ state: { ...state, state: 'loading' } }).status).toEqual({
      value: 'loading',
      progress: 0.5,
      reason: null,
    })
    const quarantined = { ...state, state: 'quarantined' as const, progress: null, reason: 'it crashed' }
    expect(shown({ state: quarantined }).status).toMatchObject({ value: 'quarantined', reason: 'it crashed' })
    expect(shown({ facts: { state: 'invalid', reason: 'It is cut off.' } }).status).toEqual({
      value: 'invalid',
      progress: null,
      reason: 'It is cut off.',
    })
    expect(shown({ facts: known({ templateError: 'no such filter' }) }).status.reason).toContain(
      'no such filter',
    )
  })
})
