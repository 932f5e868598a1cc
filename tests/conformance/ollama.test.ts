/** Ollama's own package over the real engine and the built-in model. */
import { Ollama } from 'ollama'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type StartedCore, startCore, until } from '../support/core.ts'
import { long, model, mustBeWeather, tooLong, weather } from './asked.ts'

let core: StartedCore
let client: Ollama

beforeAll(async () => {
  core = await startCore()
  client = new Ollama({ host: core.url })
})
afterAll(() => core?.[Symbol.asyncDispose]())

const messages = [{ role: 'user', content: 'What port does Impetus use?' }]
const options = { temperature: 0, num_predict: 100, num_ctx: 2048 }
const tools = [{ type: 'function', function: weather as never }]
const failure = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  )

it('lists and shows the model with what it can do', async () => {
  expect((await client.list()).models.map(one => one.name)).toContain(`${model}:latest`)
  const shown = await client.show({ model })
  expect(shown.capabilities).toEqual(expect.arrayContaining(['completion', 'tools', 'insert']))
})

it('answers, and streams the same', async () => {
  const whole = await client.chat({ model, messages, options })
  expect(whole).toMatchObject({ done: true, done_reason: 'stop', message: { role: 'assistant' } })
  expect(whole.total_duration).toBeGreaterThan(1000)
  let text = ''
  let ends = 0
  for await (const part of await client.chat({ model, messages, options, stream: true })) {
    text += part.message.content
    if (part.done) ends++
  }
  expect([text, ends]).toEqual([whole.message.content, 1])
})

it('calls a tool and takes its result', async () => {
  const forced = {
    type: 'object',
    properties: weather.parameters.properties,
    required: weather.parameters.required,
    additionalProperties: false,
  }
  // Ollama's API has no way to ask for a call: the model may make one or not, and what it makes is an object.
  const first = await client.chat({
    model,
    messages: [{ role: 'user', content: 'Weather in Oslo?' }],
    tools,
    options,
  })
  for (const call of first.message.tool_calls ?? []) expect(call.function.arguments).toBeTypeOf('object')
  const call = { function: { name: 'weather', arguments: { city: 'Oslo', days: 2 } } }
  const next = await client.chat({
    ...{ model, tools, options, format: forced },
    messages: [
      { role: 'user', content: 'Weather in Oslo?' },
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', tool_name: 'weather', content: 'Rain.' },
    ],
  })
  expect(next.done).toBe(true)
})

it('keeps to a schema and to JSON', async () => {
  const held = await client.chat({ model, messages, options, format: weather.parameters })
  mustBeWeather(JSON.parse(held.message.content))
  const json = await client.generate({
    model,
    prompt: 'JSON',
    options: { ...options, num_predict: 400 },
    format: 'json',
  })
  if (json.done_reason === 'stop') expect(JSON.parse(json.response ?? '')).toBeTypeOf('object')
})

it('generates, fills gaps and embeds', async () => {
  const raw = await client.generate({
    model,
    prompt: 'Impetus is',
    raw: true,
    options: { ...options, num_predict: 8 },
  })
  expect(raw.eval_count).toBeGreaterThan(0)
  const gap = await client.generate({ model, prompt: 'function f() {\n', suffix: '\n}\n', options })
  expect(gap.done_reason).toMatch(/^(stop|length)$/)
  const { embeddings } = await client.embed({ model, input: ['one', 'two'] })
  for (const vector of embeddings) expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
})

it('tells how likely each token was', async () => {
  const { logprobs } = await client.chat({
    ...{ model, messages, options: { ...options, num_predict: 3 }, logprobs: true, top_logprobs: 2 },
  })
  expect(logprobs).toHaveLength(3)
  expect(logprobs?.[0]).toMatchObject({ token: expect.any(String), logprob: expect.any(Number) })
})

it('stops when its client goes', async () => {
  const stream = await client.chat({ model, messages, format: long, stream: true })
  let parts = 0
  const read = async () => {
    for await (const _part of stream) if (++parts === 5) stream.abort()
  }
  expect(await failure(read())).toMatchObject({ name: 'AbortError' })
  await until('nothing to run', async () => (await core.status()).requests.active === 0, 2000)
  expect(parts).toBeLessThan(long.properties.numbers.minItems)
})

it('has Ollama’s errors', async () => {
  expect(await failure(client.chat({ model: 'nobody', messages }))).toMatchObject({
    ...{ status_code: 404, error: "model 'nobody' not found" },
  })
  expect(await failure(client.chat({ model, messages: [{ role: 'user', content: tooLong }] }))).toMatchObject(
    {
      ...{ status_code: 400, error: expect.stringContaining('too long') },
    },
  )
  expect(await failure(client.generate({ model, prompt: 'a', images: ['AAAA'] }))).toMatchObject({
    status_code: 400,
  })
})
