/** Anthropic's own package over the real engine and the built-in model. */
import Anthropic, { APIUserAbortError, BadRequestError, NotFoundError } from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type StartedCore, startCore, until } from '../support/core.ts'
import { long, model, mustBeWeather, tooLong, weather } from './asked.ts'

let core: StartedCore
let client: Anthropic

beforeAll(async () => {
  core = await startCore()
  client = new Anthropic({ baseURL: core.url, apiKey: 'not needed', maxRetries: 0 })
})
afterAll(() => core?.[Symbol.asyncDispose]())

const messages: Anthropic.MessageParam[] = [
  { role: 'user', content: [{ type: 'text', text: 'What port does Impetus use?' }] },
]
const ask = {
  model,
  max_tokens: 100,
  temperature: 0,
  messages,
  system: [{ type: 'text' as const, text: 'You help.' }],
}
const tool: Anthropic.Tool = {
  ...{ name: weather.name, description: weather.description, input_schema: weather.parameters },
}
const failure = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  )

it('answers, and streams what the package puts together', async () => {
  const whole = await client.messages.create(ask)
  expect(whole).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
  expect(whole.content[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/\w/) })
  const stream = client.messages.stream(ask)
  let text = ''
  stream.on('text', piece => {
    text += piece
  })
  const final = await stream.finalMessage()
  expect(final.content).toMatchObject([{ type: 'text', text }])
  expect(final.usage.output_tokens).toBeGreaterThan(0)
})

it('calls a tool, takes its result in blocks and goes on', async () => {
  const question = [{ role: 'user' as const, content: 'What is the weather in Paris?' }]
  const stream = client.messages.stream({
    ...{ ...ask, messages: question, tools: [tool] },
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
  })
  const called = await stream.finalMessage()
  expect(called.stop_reason).toBe('tool_use')
  const [use] = called.content.filter(block => block.type === 'tool_use')
  mustBeWeather(use?.input)
  const result: Anthropic.ToolResultBlockParam = {
    ...{ type: 'tool_result', tool_use_id: use!.id, content: [{ type: 'text', text: 'Rain.' }] },
  }
  const next = await client.messages.create({
    ...{ ...ask, tools: [tool], tool_choice: { type: 'none' } },
    messages: [
      ...question,
      { role: 'assistant', content: called.content },
      { role: 'user', content: [result] },
    ],
  })
  expect(next.stop_reason).toBe('end_turn')
})

it('keeps to a schema', async () => {
  const { content } = await client.messages.create({
    ...{ ...ask, output_config: { format: { type: 'json_schema', schema: weather.parameters } } },
  })
  if (content[0]?.type !== 'text') throw new Error('no text came')
  mustBeWeather(JSON.parse(content[0].text))
})

it('counts exactly the tokens that the answer then reports', async () => {
  const counted = await client.messages.countTokens({ model, messages, system: ask.system, tools: [tool] })
  const { usage } = await client.messages.create({ ...ask, tools: [tool], max_tokens: 1 })
  expect(usage.input_tokens + (usage.cache_read_input_tokens ?? 0)).toBe(counted.input_tokens)
})

it('stops at a stop sequence, and when its client goes', async () => {
  const stopped = await client.messages.create({ ...ask, stop_sequences: ['e', 'a'] })
  expect(stopped).toMatchObject({
    stop_reason: 'stop_sequence',
    stop_sequence: expect.stringMatching(/^[ea]$/),
  })
  const stream = client.messages.stream({
    ...{ ...ask, max_tokens: 4000, output_config: { format: { type: 'json_schema', schema: long } } },
  })
  let events = 0
  const read = async () => {
    for await (const _event of stream) if (++events === 6) stream.abort()
  }
  await read().catch(error => expect(error).toBeInstanceOf(APIUserAbortError))
  await until('nothing to run', async () => (await core.status()).requests.active === 0, 2000)
  expect(events).toBeLessThan(long.properties.numbers.minItems)
})

it('lists the model', async () => {
  const ids: string[] = []
  for await (const one of client.models.list()) ids.push(one.id)
  expect(ids).toContain(model)
  expect(await client.models.retrieve(model)).toMatchObject({ type: 'model', id: model })
})

it('has the package’s errors, with the words that agents look for', async () => {
  const unknown = await failure(client.messages.create({ ...ask, model: 'nobody' }))
  expect(unknown).toBeInstanceOf(NotFoundError)
  expect(unknown).toMatchObject({ error: { type: 'error', error: { type: 'not_found_error' } } })
  const full = await failure(
    client.messages.create({ ...ask, messages: [{ role: 'user', content: tooLong }] }),
  )
  expect(full).toBeInstanceOf(BadRequestError)
  expect(full).toMatchObject({
    error: {
      error: { message: expect.stringMatching(/^prompt is too long: \d+ tokens > \d+ maximum$/) },
    },
  })
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'AAAA' }
  const seen = await failure(
    client.messages.create({ ...ask, messages: [{ role: 'user', content: [{ type: 'image', source }] }] }),
  )
  expect(seen).toMatchObject({ status: 400, error: { error: { type: 'invalid_request_error' } } })
})
