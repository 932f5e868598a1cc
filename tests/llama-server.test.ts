/** What editors ask of llama.cpp's server and of LM Studio, against the whole core on llama.cpp. */
import { join } from 'node:path'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { llamaProps } from '../core/contract/llama-server.ts'
import { writeGemmaLike, writeQwenLike } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

const contextLength = 4096
let core: StartedCore

beforeAll(async () => {
  core = await startCore({
    models: async folder => {
      await writeQwenLike(join(folder, 'Coder.gguf'), { contextLength })
      await writeGemmaLike(join(folder, 'Writer.gguf'), { contextLength })
    },
    settings: { models: { default: 'coder' } },
  })
})

afterAll(() => core?.[Symbol.asyncDispose]())

async function post<T>(path: string, body: object): Promise<T> {
  const response = await core.post(path, body)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${core.url}${path}`)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

interface Answer {
  content: string
  stop: boolean
  stop_type: string
  tokens_predicted: number
  tokens_cached: number
}

describe('before anything is loaded', () => {
  it('says what it would load', async () => {
    const props = llamaProps.response.parse(await get('/props'))
    expect(props).toMatchObject({
      model_alias: 'coder',
      model_path: 'Coder.gguf',
      total_slots: null,
      is_sleeping: true,
      default_generation_settings: { n_ctx: contextLength },
    })
    expect(await get('/slots')).toEqual([])
  })
})

it('goes on from a text, whole and as a stream', async () => {
  const ask = { prompt: 'Once upon', n_predict: 12, temperature: 0 }
  const whole = await post<Answer>('/completion', ask)
  expect(whole).toMatchObject({ stop: true, tokens_predicted: 12, stop_type: 'limit' })
  const frames = (await (await core.post('/completion', { ...ask, stream: true })).text()).split('\n\n')
  expect(frames.pop()).toBe('')
  const events = frames.map(frame => JSON.parse(frame.replace(/^data: /, '')) as Answer)
  expect(events.map(event => event.content).join('')).toBe(whole.content)
  expect(events.filter(event => event.stop)).toEqual([events.at(-1)])
})

it('fills a gap as llama.vim asks for it, and remembers what was warmed up', async () => {
  const gap = {
    input_extra: [{ filename: 'a.ts', text: 'export const a = 1' }],
    input_prefix: 'function add(a, b) {\n',
    prompt: '  return ',
    input_suffix: '\n}\n',
    samplers: ['top_k', 'infill'],
    cache_prompt: true,
    t_max_predict_ms: 1000,
    temperature: 0,
  }
  const warm = await post<Answer>('/infill', { ...gap, n_predict: 0 })
  expect(warm).toMatchObject({ content: '', tokens_predicted: 0 })
  const fields = ['content', 'timings/prompt_n', 'timings/predicted_n', 'tokens_cached']
  const answer = await post<Record<string, unknown>>('/infill', {
    ...gap,
    n_predict: 8,
    response_fields: fields,
  })
  expect(Object.keys(answer).sort()).toEqual([...fields].sort())
  expect(answer['timings/predicted_n']).toBe(8)
  expect(answer.tokens_cached).toBeGreaterThan(0)
})

it('warms a chat up as llama.vim asks for it, without a word', async () => {
  const messages = [{ role: 'user', content: 'Explain the tides to a child, in two short sentences.' }]
  const ask = { messages, id_slot: 1, samplers: [], cache_prompt: true, response_fields: [''] }
  const warm = await post<OpenAI.ChatCompletion>('/v1/chat/completions', { ...ask, n_predict: 0 })
  expect(warm.choices[0]?.message.content).toBe('')
  const stream = await core.post('/v1/chat/completions', { ...ask, n_predict: 0, stream: true })
  expect(await stream.text()).not.toMatch(/"content":"[^"]/)
  const { usage } = await post<OpenAI.ChatCompletion>('/v1/chat/completions', { ...ask, n_predict: 4 })
  expect(usage?.completion_tokens).toBeLessThanOrEqual(4)
  expect(usage?.prompt_tokens_details?.cached_tokens).toBe((usage?.prompt_tokens ?? 0) - 1)
})

describe('a completion that is held', () => {
  it('keeps to a grammar, whole and as a stream', async () => {
    const ask = { prompt: 'The answer is', grammar: 'root ::= ("yes" | "no") "!"{2}', seed: 3 }
    const { content, stop_type } = await post<Answer>('/completion', ask)
    expect([content, stop_type]).toEqual([expect.stringMatching(/^(yes|no)!!$/), 'eos'])
    const frames = (await (await core.post('/completion', { ...ask, stream: true })).text()).split('\n\n')
    frames.pop()
    const events = frames.map(frame => JSON.parse(frame.replace(/^data: /, '')) as Answer)
    expect(events.map(event => event.content).join('')).toBe(content)
  })

  it('keeps to a schema, and says what no grammar can hold it to', async () => {
    const json_schema = { type: 'array', items: { enum: [1] }, minItems: 2, maxItems: 2, uniqueItems: true }
    const answer = await post<Answer & { schema_violation?: object }>('/completion', {
      prompt: 'a',
      json_schema,
    })
    expect(JSON.parse(answer.content)).toEqual([1, 1])
    expect(answer.schema_violation).toMatchObject({ keyword: 'uniqueItems' })
  })

  it.each(['root ::= "a', 'noroot ::= "a"', 'root ::= root "a"', 'root ::= missing'])(
    'is refused for a grammar that is none: %s',
    async grammar => {
      const response = await core.post('/completion', { prompt: 'a', grammar })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'invalid_value', param: 'grammar' } })
      expect((await core.post('/completion', { prompt: 'a', n_predict: 1 })).status).toBe(200)
    },
  )
})

it('gives several answers as a list, as llama.vscode asks for them', async () => {
  const infills = await post<Answer[]>('/infill', {
    ...{ input_prefix: 'const a = ', input_suffix: '\n', n_predict: 4, n_cmpl: 3 },
  })
  expect(infills.map(answer => answer.stop)).toEqual([true, true, true])
  const prompts = await post<Answer[]>('/completion', { prompt: ['One', 'Two'], n_predict: 2 })
  expect(prompts).toHaveLength(2)
})

it('tells tokens and their likelihoods', async () => {
  const ask = { prompt: 'Once upon', n_predict: 3, n_probs: 2, return_tokens: true, temperature: 0 }
  const { content, tokens, completion_probabilities } = await post<
    Answer & { tokens: number[]; completion_probabilities: { id: number; top_logprobs: object[] }[] }
  >('/completion', ask)
  expect(tokens).toHaveLength(3)
  expect(completion_probabilities.map(({ id }) => id)).toEqual(tokens)
  expect(completion_probabilities.every(({ top_logprobs }) => top_logprobs.length === 2)).toBe(true)
  expect(await post('/detokenize', { model: 'coder', tokens })).toMatchObject({ content })
})

it('stops when its time is over, once there is a whole line', async () => {
  const grammar = 'root ::= ("ab\\n" "cd"){900}'
  const { content, stop_type } = await post<Answer>('/completion', {
    prompt: 'a',
    grammar,
    t_max_predict_ms: 1,
  })
  expect(stop_type).toBe('limit')
  expect(content.split('\n').length).toBeGreaterThan(1)
  expect(content.length).toBeLessThan(900 * 5)
})

it('refuses images', async () => {
  const response = await core.post('/completion', { prompt: 'a', image_data: [{ data: 'AAAA', id: 1 }] })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'unsupported_content' } })
})

it('says that a model has no tokens for gaps', async () => {
  const response = await core.post('/infill', { model: 'writer', input_prefix: 'a', input_suffix: 'b' })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'invalid_value' } })
})

it('turns text into tokens and back', async () => {
  const content = 'Hello <|im_start|> world'
  const { tokens } = await post<{ tokens: number[] }>('/tokenize', { model: 'coder', content })
  const plain = await post<{ tokens: number[] }>('/tokenize', {
    model: 'coder',
    content,
    parse_special: false,
  })
  expect(tokens.length).toBeGreaterThan(1)
  expect(plain.tokens.length).toBeGreaterThan(tokens.length)
  expect(await post('/detokenize', { model: 'coder', tokens })).toMatchObject({ content })
  expect((await core.post('/tokenize', { content, with_pieces: true })).status).toBe(400)
})

it('shows the prompt that a conversation becomes', async () => {
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hello' },
  ]
  const { prompt } = await post<{ prompt: string }>('/apply-template', { model: 'coder', messages })
  expect(prompt).toMatch(/Be kind\.[\s\S]+Hello[\s\S]+assistant/)
})

it('says what is loaded', async () => {
  await post('/completion', { model: 'coder', prompt: 'a', n_predict: 1 })
  expect(await get('/props?model=coder')).toMatchObject({
    is_sleeping: false,
    total_slots: expect.any(Number),
  })
  const slots = await get<{ id: number; n_ctx: number; is_processing: boolean }[]>('/slots?model=coder')
  expect(slots.length).toBeGreaterThan(0)
  expect(slots[0]).toEqual({ id: 0, n_ctx: contextLength, is_processing: false })
})

describe('as LM Studio', () => {
  it('lists the models with their state', async () => {
    await post('/completion', { model: 'coder', prompt: 'a', n_predict: 1 })
    const { data } = await get<{ data: { id: string }[] }>('/api/v0/models')
    expect(data.find(one => one.id === 'coder')).toMatchObject({
      object: 'model',
      type: 'llm',
      arch: 'qwen3',
      compatibility_type: 'gguf',
      state: 'loaded',
      max_context_length: contextLength,
      loaded_context_length: contextLength,
    })
    expect(await get('/api/v0/models/writer')).toMatchObject({ id: 'writer', type: 'llm' })
  })

  it('answers 404 for a model that is not there', async () => {
    const response = await fetch(`${core.url}/api/v0/models/nobody`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_found' } })
  })
})
