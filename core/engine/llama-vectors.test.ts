import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeEmbedder, writeReranker, writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import { ask, EngineForTest, signal } from './llama.testing.ts'

let tests: EngineForTest

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeEmbedder(tests.path('embedder'))
  await writeReranker(tests.path('reranker'))
  await writeTinyLlama(tests.path('tiny'))
})
afterAll(() => tests.done())

const length = (vector: Float32Array) => Math.sqrt(vector.reduce((sum, each) => sum + each * each, 0))

describe('embeddings', () => {
  test('are of length 1, the same every time, and different for different texts', async () => {
    await using loaded = await tests.use('embedder')
    const inputs = ['a boat', 'an oar', 'a boat']
    const { vectors, promptTokens } = await loaded.model.embed({ inputs }, signal)
    expect(vectors).toHaveLength(3)
    expect(vectors.map(vector => vector.length)).toEqual([64, 64, 64])
    for (const vector of vectors) expect(length(vector)).toBeCloseTo(1, 4)
    expect(vectors[2]).toEqual(vectors[0])
    expect(vectors[1]).not.toEqual(vectors[0])
    expect(promptTokens).toBeGreaterThan(6)
    const [again] = (await loaded.model.embed({ inputs: ['an oar'] }, signal)).vectors
    expect(again).toEqual(vectors[1])
  })

  test('can be shorter, and as the model makes them', async () => {
    await using loaded = await tests.use('embedder')
    const inputs = ['a boat']
    const [whole] = (await loaded.model.embed({ inputs, normalise: false }, signal)).vectors
    const [short] = (await loaded.model.embed({ inputs, dimensions: 16 }, signal)).vectors
    expect(whole && length(whole)).not.toBeCloseTo(1, 2)
    expect(short).toHaveLength(16)
    expect(short && length(short)).toBeCloseTo(1, 4)
  })

  test('of texts too long are refused, or of their beginning where that is wanted', async () => {
    await using loaded = await tests.use('embedder')
    const inputs = ['fine', 'boat '.repeat(3000)]
    await expect(loaded.model.embed({ inputs }, signal)).rejects.toMatchObject({
      code: 'context_length_exceeded',
      param: 'input[1]',
    })
    const { vectors } = await loaded.model.embed({ inputs, truncate: true }, signal)
    expect(vectors).toHaveLength(2)
    await expect(loaded.model.embed({ inputs: [[]] }, signal)).rejects.toMatchObject({
      code: 'invalid_value',
    })
  })

  test('come of a model that writes, too, while it writes', async () => {
    await using loaded = await tests.use('tiny')
    const alone = await ask(loaded.model)
    const [answer, { vectors }] = await Promise.all([
      ask(loaded.model),
      loaded.model.embed({ inputs: ['a boat'] }, signal),
    ])
    expect(vectors[0]).toHaveLength(64)
    expect(answer.text).toBe(alone.text)
  })

  test('models that only embed write nothing and rank nothing', async () => {
    await using loaded = await tests.use('embedder')
    await expect(ask(loaded.model)).rejects.toMatchObject({ code: 'invalid_value', param: 'model' })
    await expect(loaded.model.rank({ query: 'a', documents: ['b'] }, signal)).rejects.toMatchObject({
      code: 'invalid_value',
    })
  })
})

describe('ranking', () => {
  test('scores each document from 0 to 1, whatever stands beside it', async () => {
    await using loaded = await tests.use('reranker')
    const documents = ['a boat with oars', 'three apples', 'the sea']
    const { scores, promptTokens } = await loaded.model.rank({ query: 'boat', documents }, signal)
    expect(scores).toHaveLength(3)
    for (const score of scores) {
      expect(score).toBeGreaterThan(0)
      expect(score).toBeLessThan(1)
    }
    expect(promptTokens).toBeGreaterThan(10)
    const turned = await loaded.model.rank({ query: 'boat', documents: documents.toReversed() }, signal)
    expect(turned.scores).toEqual([...scores].reverse())
    await expect(loaded.model.embed({ inputs: ['a'] }, signal)).rejects.toMatchObject({
      code: 'invalid_value',
    })
  })

  test('ends when it is aborted', async () => {
    await using loaded = await tests.use('reranker')
    const abort = new AbortController()
    const documents = Array.from({ length: 500 }, (_, index) => `document ${index}`)
    const ranking = loaded.model.rank({ query: 'boat', documents }, abort.signal)
    abort.abort(new Error('enough'))
    await expect(ranking).rejects.toThrow('enough')
    expect((await loaded.model.rank({ query: 'a', documents: ['b'] }, signal)).scores).toHaveLength(1)
  })
})
