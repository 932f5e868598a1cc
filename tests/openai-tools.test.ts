/** The official package over the real engine with random weights: whatever such a model says, a grammar makes it parse. */
import { join } from 'node:path'
import OpenAI, { BadRequestError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeQwenLike, writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

let core: StartedCore
let client: OpenAI

beforeAll(async () => {
  core = await startCore({
    settings: { models: { default: 'tiny' } },
    models: async folder => {
      await writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 8192 })
      await writeQwenLike(join(folder, 'thinker.gguf'), { contextLength: 8192 })
    },
  })
  client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
})

afterAll(() => core?.[Symbol.asyncDispose]())

const weather: OpenAI.ChatCompletionFunctionTool = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of the next days',
    parameters: {
      type: 'object',
      properties: {
        city: { enum: ['Paris', 'Oslo', 'Rome'] },
        days: { type: 'integer', minimum: 1, maximum: 14 },
        hourly: { type: 'boolean' },
      },
      required: ['city', 'days', 'hourly'],
      additionalProperties: false,
    },
  },
}
const clock: OpenAI.ChatCompletionFunctionTool = {
  type: 'function',
  function: { name: 'clock', parameters: { type: 'object', properties: {}, additionalProperties: false } },
}
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Will it rain in Oslo?' }]

interface Call {
  id: string
  name: string
  arguments: string
}

/** The calls of a stream, put together as clients do it. */
async function callsOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>) {
  const calls: Call[] = []
  const finishes: string[] = []
  let text = ''
  for await (const { choices } of stream) {
    for (const { delta, finish_reason } of choices) {
      text += delta.content ?? ''
      if (finish_reason !== null) finishes.push(finish_reason)
      for (const call of delta.tool_calls ?? []) {
        const known = calls[call.index]
        if (known === undefined) {
          expect(call).toMatchObject({ id: expect.any(String), type: 'function' })
          calls[call.index] = { id: call.id ?? '', name: call.function?.name ?? '', arguments: '' }
        } else expect(call.id).toBeUndefined()
        calls[call.index]!.arguments += call.function?.arguments ?? ''
      }
    }
  }
  return { calls, finishes, text }
}

function expectWeather(call: Omit<Call, 'id'>): void {
  expect(call.name).toBe('weather')
  const value = JSON.parse(call.arguments)
  expect(['Paris', 'Oslo', 'Rome']).toContain(value.city)
  expect(value.days).toBeGreaterThanOrEqual(1)
  expect(value.days).toBeLessThanOrEqual(14)
  expect(value.hourly).toBeTypeOf('boolean')
}

describe('tools', () => {
  const ask = { model: 'tiny', messages, tools: [clock, weather], seed: 1, max_tokens: 400 }
  const named = { type: 'function' as const, function: { name: 'weather' } }

  it.each([1, 2, 3])('are called by name, with arguments that fit their schema (seed %i)', async seed => {
    const whole = await client.chat.completions.create({
      ...ask,
      seed,
      tool_choice: named,
      parallel_tool_calls: false,
    })
    const [choice] = whole.choices
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(choice?.message.content).toBeNull()
    const calls = choice?.message.tool_calls?.filter(call => call.type === 'function') ?? []
    expect(calls).toHaveLength(1)
    for (const call of calls) expectWeather(call.function)
  })

  it('stream their arguments, with index, id and name first', async () => {
    const stream = await client.chat.completions.create({
      ...ask,
      tool_choice: named,
      parallel_tool_calls: false,
      stream: true,
    })
    const { calls, finishes, text } = await callsOf(stream)
    expect(calls).toHaveLength(1)
    expectWeather(calls[0]!)
    expect([finishes, text]).toEqual([['tool_calls'], ''])
  })

  it('are called where that is required, one or several, each with an id of its own', async () => {
    const stream = await client.chat.completions.create({ ...ask, tool_choice: 'required', stream: true })
    const { calls, finishes } = await callsOf(stream)
    expect(calls.length).toBeGreaterThan(0)
    expect(new Set(calls.map(call => call.id)).size).toBe(calls.length)
    // A random model may go on calling until its limit, in the middle of the last call.
    const ended = finishes[0] === 'length' ? calls.slice(0, -1) : calls
    for (const call of ended) expect(() => JSON.parse(call.arguments)).not.toThrow()
    expect(finishes).toHaveLength(1)
  })

  it('go round: call, result, answer', async () => {
    const first = await client.chat.completions.create({
      ...ask,
      tool_choice: named,
      parallel_tool_calls: false,
    })
    const message = first.choices[0]!.message
    const result = { role: 'tool' as const, tool_call_id: message.tool_calls![0]!.id, content: 'Rain.' }
    const second = await client.chat.completions.create({
      ...ask,
      messages: [...messages, message, result],
      max_tokens: 8,
      tool_choice: 'none',
    })
    const alone = await client.chat.completions.create({ model: 'tiny', messages, max_tokens: 1 })
    expect(second.usage!.prompt_tokens).toBeGreaterThan(alone.usage!.prompt_tokens + 20)
    expect(second.choices[0]).toMatchObject({ finish_reason: expect.stringMatching(/stop|length/) })
    expect(second.choices[0]!.message.tool_calls).toBeUndefined()
  })

  it('in the older form are called as functions', async () => {
    const answer = await client.chat.completions.create({
      model: 'tiny',
      messages,
      functions: [weather.function],
      function_call: { name: 'weather' },
      seed: 1,
      max_tokens: 400,
    })
    expect(answer.choices[0]?.finish_reason).toBe('function_call')
    expectWeather(answer.choices[0]!.message.function_call!)
  })

  it('that are not there cannot be asked for', async () => {
    const error = await client.chat.completions
      .create({ ...ask, tool_choice: { type: 'function', function: { name: 'sun' } } })
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ param: 'tool_choice', message: expect.stringContaining('clock, weather') })
  })
})

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 8, pattern: '^[a-z]*$' },
    age: { type: 'integer', minimum: 0, maximum: 120 },
    tags: { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 1, maxItems: 3 },
    parent: { anyOf: [{ type: 'null' }, { type: 'boolean' }] },
  },
  required: ['name', 'age', 'tags', 'parent'],
  additionalProperties: false,
  $schema: 'https://json-schema.org/draft/2020-12/schema',
}

describe('structured answers', () => {
  it.each([1, 2, 3])('fit their schema (seed %i)', async seed => {
    const answer = await client.chat.completions.create({
      model: 'tiny',
      messages,
      seed,
      max_tokens: 400,
      response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } },
    })
    const [choice] = answer.choices
    expect(choice?.finish_reason).toBe('stop')
    const value = JSON.parse(choice?.message.content ?? '')
    expect(Object.keys(value)).toEqual(['name', 'age', 'tags', 'parent'])
    expect(value.name).toMatch(/^[a-z]{0,8}$/)
    expect(value.age).toBeLessThanOrEqual(120)
    expect(value.tags.length).toBeGreaterThan(0)
  })

  it('say what they break where no grammar can hold them', async () => {
    const tags = { type: 'array', items: { enum: ['a', 'b'] }, minItems: 3, maxItems: 3, uniqueItems: true }
    const answer = await client.chat.completions.create({
      model: 'tiny',
      messages,
      seed: 1,
      max_tokens: 400,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'x',
          schema: { type: 'object', properties: { tags }, required: ['tags'], additionalProperties: false },
        },
      },
    })
    const [choice] = answer.choices
    expect(JSON.parse(choice?.message.content ?? '').tags).toHaveLength(3)
    expect(choice).toMatchObject({ schema_violation: { path: 'tags', keyword: 'uniqueItems' } })
  })

  it('are an object for json_object', async () => {
    const answer = await client.chat.completions.create({
      model: 'tiny',
      messages,
      seed: 1,
      max_tokens: 60,
      response_format: { type: 'json_object' },
    })
    expect(answer.choices[0]?.message.content?.trim()).toMatch(/^\{/)
  })

  it('of an impossible schema are refused, naming the place', async () => {
    const asked = client.chat.completions.create({
      model: 'tiny',
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'x', schema: { type: 'object', properties: { a: false }, required: ['a'] } },
      },
    })
    await expect(asked).rejects.toMatchObject({
      status: 400,
      param: expect.stringMatching(/^response_format\.json_schema\.schema/),
    })
  })
})

describe('likelihoods', () => {
  it('are told for each token, whole and streamed, and their bytes are the text', async () => {
    const ask = { model: 'tiny', messages, max_tokens: 12, temperature: 0, logprobs: true, top_logprobs: 3 }
    const whole = await client.chat.completions.create(ask)
    const [choice] = whole.choices
    const told = choice?.logprobs?.content ?? []
    expect(told.length).toBeGreaterThan(0)
    expect(Buffer.from(told.flatMap(token => token.bytes ?? [])).toString()).toBe(choice?.message.content)
    for (const token of told) {
      expect(token.logprob).toBeLessThanOrEqual(0)
      expect(token.top_logprobs).toHaveLength(3)
      // Greedy: what was taken is the likeliest.
      expect(token.top_logprobs[0]?.logprob).toBe(token.logprob)
    }
    const streamed: unknown[] = []
    for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
      streamed.push(...(chunk.choices[0]?.logprobs?.content ?? []))
    }
    expect(streamed).toEqual(told)
  })

  it('are told in lists by completions, which give the best of several', async () => {
    const answer = await client.completions.create({
      model: 'tiny',
      prompt: 'Once',
      max_tokens: 6,
      logprobs: 2,
      echo: true,
      n: 2,
      best_of: 3,
    })
    expect(answer.choices.map(choice => choice.index)).toEqual([0, 1])
    const means = answer.choices.map(({ logprobs, text }) => {
      const { tokens = [], token_logprobs = [], text_offset = [], top_logprobs = [] } = logprobs ?? {}
      // The prompt's own come first, and nothing says how likely its first was.
      expect([text_offset[0], token_logprobs[0]]).toEqual([0, null])
      expect(tokens.join('').length).toBe(text.length)
      const answer = text_offset.indexOf('Once'.length)
      expect(tokens.slice(answer)).toHaveLength(6)
      expect(Object.keys(top_logprobs[answer] ?? {})).toHaveLength(2)
      return token_logprobs.slice(answer).reduce((sum, one) => sum + one, 0) / 6
    })
    expect(means[0]).toBeGreaterThanOrEqual(means[1]!)
    expect(answer.usage?.completion_tokens).toBe(18)
  })
})

describe('a model that thinks', () => {
  it('tells its reasoning apart, and does not think where it is told not to', async () => {
    const ask = { model: 'thinker', messages, max_tokens: 24 }
    const thinking = await client.chat.completions.create(ask)
    const silent = await client.chat.completions.create({ ...ask, reasoning_effort: 'none' })
    expect(silent.choices[0]?.message).not.toHaveProperty('reasoning_content')
    expect(silent.usage?.completion_tokens_details?.reasoning_tokens).toBe(0)
    expect(thinking.usage?.completion_tokens).toBeLessThanOrEqual(24)
  })

  it('calls tools all the same', async () => {
    const stream = await client.chat.completions.create({
      model: 'thinker',
      messages,
      tools: [weather],
      tool_choice: 'required',
      parallel_tool_calls: false,
      reasoning_effort: 'none',
      seed: 1,
      max_tokens: 400,
      stream: true,
    })
    const { calls } = await callsOf(stream)
    expectWeather(calls[0]!)
  })
})
