/** The official package over the real engine: vectors, ranking, tokens, and models in and out of memory. */
import { join } from 'node:path'
import OpenAI, { APIError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeEmbedder, writeReranker, writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

let core: StartedCore
let client: OpenAI

beforeAll(async () => {
  core = await startCore({
    settings: { models: { default: 'tiny' } },
    models: async folder => {
      await writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 4096 })
      await writeEmbedder(join(folder, 'vectors.gguf'))
      await writeReranker(join(folder, 'ranks.gguf'))
    },
  })
  client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
})

afterAll(() => core?.[Symbol.asyncDispose]())

async function json(path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await core.post(path, body)
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

const length = (vector: readonly number[]) => Math.hypot(...vector)

describe('embeddings', () => {
  it('come as base64 and as numbers, the same and of length 1', async () => {
    const input = ['one text', 'another text', 'one text']
    // The package asks for base64 by itself and gives numbers.
    const packed = await client.embeddings.create({ model: 'vectors', input })
    const plain = await client.embeddings.create({ model: 'vectors', input, encoding_format: 'float' })
    expect(packed.data.map(one => one.index)).toEqual([0, 1, 2])
    for (const [index, { embedding }] of packed.data.entries()) {
      expect(length(embedding)).toBeCloseTo(1, 4)
      for (const [at, value] of embedding.entries()) {
        expect(value).toBeCloseTo(plain.data[index]!.embedding[at]!, 6)
      }
    }
    expect(packed.data[0]?.embedding).toEqual(packed.data[2]?.embedding)
    expect(packed.data[0]?.embedding).not.toEqual(packed.data[1]?.embedding)
    expect(packed.usage.prompt_tokens).toBeGreaterThan(6)
    expect(packed.usage.total_tokens).toBe(packed.usage.prompt_tokens)
  })

  it('are taken of 128 texts at once, each as it is alone', async () => {
    const input = Array.from({ length: 128 }, (_, index) => `text number ${index}`)
    const { data } = await client.embeddings.create({ model: 'vectors', input })
    expect(data).toHaveLength(128)
    const alone = await client.embeddings.create({ model: 'vectors', input: input[77]! })
    const product = data[77]!.embedding.reduce(
      (sum, value, at) => sum + value * alone.data[0]!.embedding[at]!,
      0,
    )
    expect(product).toBeCloseTo(1, 4)
  })

  it('are taken of tokens, and cut to fewer dimensions of length 1', async () => {
    const ask = { model: 'vectors', input: [[5, 6, 7], [8]] }
    const whole = await client.embeddings.create(ask)
    const short = await client.embeddings.create({ ...ask, dimensions: 8 })
    expect(short.data.map(one => one.embedding.length)).toEqual([8, 8])
    expect(length(short.data[0]!.embedding)).toBeCloseTo(1, 4)
    const scale = length(whole.data[0]!.embedding.slice(0, 8))
    expect(short.data[0]!.embedding[0]).toBeCloseTo(whole.data[0]!.embedding[0]! / scale, 4)
    const one = await client.embeddings.create({ model: 'vectors', input: [5, 6, 7] })
    expect(one.data).toHaveLength(1)
    expect(one.data[0]?.embedding).toEqual(whole.data[0]?.embedding)
  })

  it.each([
    ['no text at all', { input: [] }, 'input'],
    ['mixed input', { input: ['a', 1] }, 'input'],
    ['too many texts', { input: Array(2049).fill('a') }, 'input'],
    ['a token that is none', { input: [999_999] }, 'input[0]'],
    ['a text that is too long', { input: 'word '.repeat(5000) }, 'input[0]'],
    ['more dimensions than there are', { input: 'a', dimensions: 100_000 }, 'dimensions'],
    ['another encoding', { input: 'a', encoding_format: 'hex' }, 'encoding_format'],
  ])('are refused for %s, naming the field', async (_name, fields, param) => {
    const body = { model: 'vectors', ...fields } as unknown as OpenAI.EmbeddingCreateParams
    const error = await client.embeddings.create(body).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status: 400, param })
  })

  it('are refused of a model that only ranks, which names one that has them', async () => {
    const error = await client.embeddings
      .create({ model: 'ranks', input: 'a' })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_model',
      message: expect.stringContaining('vectors'),
    })
  })
})

describe('ranking', () => {
  it('puts the best first, as many as are asked for, with the documents where asked', async () => {
    const ask = { model: 'ranks', query: 'What is it?', documents: ['one', { text: 'two' }, 'three', 'one'] }
    const all = (await json('/v1/rerank', ask)) as unknown as {
      results: { index: number; relevance_score: number; document?: { text: string } }[]
      usage: { total_tokens: number }
    }
    const scores = all.results.map(result => result.relevance_score)
    expect(scores).toEqual(scores.toSorted((one, two) => two - one))
    expect(all.results.map(result => result.index).toSorted()).toEqual([0, 1, 2, 3])
    for (const score of scores) expect(score).toBeGreaterThanOrEqual(0)
    const of = (index: number) => all.results.find(result => result.index === index)?.relevance_score
    expect(of(0)).toBe(of(3))
    expect(all.results[0]?.document).toBeUndefined()
    expect(all.usage.total_tokens).toBeGreaterThan(8)
    const best = await json('/rerank', { ...ask, top_n: 2, return_documents: true })
    expect(best.results).toEqual(
      all.results.slice(0, 2).map(result => ({
        ...result,
        document: { text: ['one', 'two', 'three', 'one'][result.index] },
      })),
    )
    expect(await json('/v1/rerank', { ...ask, documents: [] })).toMatchObject({ results: [] })
  })

  it('is refused of other models', async () => {
    const answer = await core.post('/v1/rerank', { query: 'a', documents: ['b'] })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('ranks') } })
  })
})

describe('text', () => {
  it('becomes tokens and text again', async () => {
    const { tokens, count } = (await json('/v1/tokenize', { content: 'Hello there' })) as {
      tokens: number[]
      count: number
    }
    expect(count).toBe(tokens.length)
    expect(await json('/v1/detokenize', { tokens })).toMatchObject({ content: 'Hello there' })
    const special = await json('/v1/tokenize', { prompt: '<|im_start|>' })
    const plain = await json('/v1/tokenize', { prompt: '<|im_start|>', parse_special: false })
    expect([special.count, Number(plain.count) > 1]).toEqual([1, true])
  })

  it('of a chat is shown as the model gets it, and counted as it is computed', async () => {
    const messages = [{ role: 'user' as const, content: 'Hello there' }]
    const { prompt } = await json('/v1/apply-template', { messages })
    expect(prompt).toContain('<|im_start|>user\nHello there')
    const { input_tokens } = await json('/v1/chat/completions/input_tokens', { messages })
    const answer = await client.chat.completions.create({ model: 'tiny', messages, max_tokens: 1 })
    expect(input_tokens).toBe(answer.usage?.prompt_tokens)
    const counted = await client.responses.inputTokens.count({ model: 'tiny', input: 'Hello there' })
    expect(counted.input_tokens).toBe(input_tokens)
  })
})

it('loads, switches and unloads models', async () => {
  const post = (path: string, fetching: typeof fetch = fetch) =>
    fetching(path.startsWith('http') ? path : `${core.url}${path}`, { method: 'POST' })
  const stateOf = async (model: string) => {
    const found = (await client.models.retrieve(model)) as unknown as { status: { value: string } }
    return found.status.value
  }
  expect(await (await post('/v1/models/tiny/load')).json()).toMatchObject({
    id: 'tiny',
    status: { value: 'loaded' },
  })
  expect((await post('/v1/models/vectors/switch')).status).toBe(200)
  expect([await stateOf('vectors'), await stateOf('tiny')]).toEqual(['loaded', 'unloaded'])
  expect((await post('/v1/models/vectors/unload')).status).toBe(401)
  const unloaded = await post('http://impetus/v1/models/vectors/unload', core.socketFetch)
  expect(await unloaded.json()).toMatchObject({ id: 'vectors', status: { value: 'unloaded' } })
  expect((await post('/v1/models/none/load')).status).toBe(404)
})
