import { expect, it } from 'vitest'
import type { InstalledModel, ModelFacts } from '../library/types.ts'
import { lmStudioEntry } from './list.ts'

const model: InstalledModel = {
  id: 'qwen3-0.6b',
  path: '/m/Qwen3-0.6B.gguf',
  parts: ['/m/Qwen3-0.6B.gguf'],
  partsExpected: 1,
  aliases: [],
  bytes: 1000,
  origin: 'models',
  format: 'gguf',
  modifiedAt: 0,
  fingerprint: 'a',
  description: null,
}

const facts: ModelFacts = {
  architecture: 'qwen3',
  name: null,
  parameters: 1,
  quantization: 'Q8_0',
  trainedContextLength: 40_960,
  vocabularySize: 10,
  kind: 'text',
  templateError: null,
  hasChatTemplate: true,
  chatTemplate: null,
  supportsTools: true,
  supportsInfill: false,
}

it('shows a model that is loaded', () => {
  const inMemory = { state: 'loaded' as const, contextLength: 8192 }
  expect(lmStudioEntry(model, { state: 'known', facts }, inMemory, 40_960)).toEqual({
    id: 'qwen3-0.6b',
    object: 'model',
    type: 'llm',
    publisher: 'models',
    arch: 'qwen3',
    compatibility_type: 'gguf',
    quantization: 'Q8_0',
    state: 'loaded',
    max_context_length: 40_960,
    loaded_context_length: 8192,
    capabilities: ['tool_use'],
  })
})

it.each([
  ['loading', 'loading'],
  ['unloading', 'not-loaded'],
  ['quarantined', 'not-loaded'],
] as const)('says of one that is %s: %s', (state, shown) => {
  const entry = lmStudioEntry(model, { state: 'known', facts }, { state, contextLength: null }, 40_960)
  expect(entry.state).toBe(shown)
  expect(entry).not.toHaveProperty('loaded_context_length')
})

it.each([
  ['text', 'llm'],
  ['embedding', 'embeddings'],
  ['reranking', 'embeddings'],
] as const)('%s models are %s', (kind, type) => {
  const entry = lmStudioEntry(model, { state: 'known', facts: { ...facts, kind } }, undefined, 1)
  expect(entry).toMatchObject({ type, state: 'not-loaded' })
})

it('says what it can of a file that nobody has read', () => {
  expect(lmStudioEntry(model, { state: 'unknown' }, undefined, null)).toMatchObject({
    type: 'llm',
    arch: null,
    quantization: null,
    max_context_length: null,
    capabilities: [],
  })
})
