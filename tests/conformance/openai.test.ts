/** OpenAI's own package over the real engine and the built-in model. */
import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StartedCore, startCore, until } from '../support/core.ts'
import { long, model, mustBeWeather, tooLong, weather } from './asked.ts'

let core: StartedCore
let client: OpenAI

beforeAll(async () => {
  core = await startCore()
  client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
})
afterAll(() => core?.[Symbol.asyncDispose]())

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'developer', content: 'You help with Impetus.' },
  { role: 'user', content: [{ type: 'text', text: 'What port does Impetus use?' }] },
]
const greedy = { model, temperature: 0, max_tokens: 100 } as const
const schema = { name: 'long', schema: long, strict: true }
const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: weather }]
const idle = () => until('nothing to run', async () => (await core.status()).requests.active === 0, 2000)

describe('chats', () => {
  it('are answered, and stream the same', async () => {
    const whole = await client.chat.completions.create({ ...greedy, messages })
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', refusal: null },
    })
    const stream = client.chat.completions.stream({
      ...{ ...greedy, messages, stream_options: { include_usage: true } },
    })
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content)
    expect(final.usage?.completion_tokens).toBe(whole.usage?.completion_tokens)
  })

  it('call a tool, take its result and go on', async () => {
    const ask = { ...greedy, messages, tools, parallel_tool_calls: false }
    const stream = client.chat.completions.stream({ ...ask, tool_choice: 'required' })
    const { message, finish_reason } = (await stream.finalChatCompletion()).choices[0]!
    expect(finish_reason).toBe('tool_calls')
    const [call] = message.tool_calls ?? []
    if (call?.type !== 'function') throw new Error('no function was called')
    mustBeWeather(JSON.parse(call.function.arguments))
    const result = { role: 'tool' as const, tool_call_id: call.id, content: '{"rain": true}' }
    const next = await client.chat.completions.create({
      ...{ ...ask, tool_choice: 'none', messages: [...messages, message, result] },
    })
    expect(next.choices[0]?.message.tool_calls).toBeUndefined()
  })

  it('keep to a schema', async () => {
    const { choices } = await client.chat.completions.create({
      ...{ ...greedy, messages },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'weather', schema: weather.parameters, strict: true },
      },
    })
    mustBeWeather(JSON.parse(choices[0]?.message.content ?? ''))
  })

  it('tell how likely each token was', async () => {
    const { choices } = await client.chat.completions.create({
      ...{ ...greedy, messages, max_tokens: 5, logprobs: true, top_logprobs: 2 },
    })
    expect(choices[0]?.logprobs?.content).toHaveLength(5)
    expect(choices[0]?.logprobs?.content?.[0]?.top_logprobs).toHaveLength(2)
  })

  it('take a prediction, and say the same with it', async () => {
    const plain = await client.chat.completions.create({ ...greedy, messages })
    const content = plain.choices[0]?.message.content ?? ''
    const guided = await client.chat.completions.create({
      ...{ ...greedy, messages, prediction: { type: 'content', content } },
    })
    expect(guided.choices[0]?.message.content).toBe(content)
    expect(guided.usage?.completion_tokens_details).toMatchObject({
      accepted_prediction_tokens: expect.any(Number),
      rejected_prediction_tokens: expect.any(Number),
    })
  })

  it('are stopped by their client', async () => {
    const stream = await client.chat.completions.create({
      ...{ model, messages, stream: true, response_format: { type: 'json_schema', json_schema: schema } },
    })
    let chunks = 0
    const read = async () => {
      for await (const _chunk of stream) if (++chunks === 5) stream.controller.abort()
    }
    await read().catch(error => expect(error).toBeInstanceOf(APIUserAbortError))
    await idle()
    expect(chunks).toBeLessThan(long.properties.numbers.minItems)
  })
})

describe('completions', () => {
  it('go on from a text, and fill a gap', async () => {
    const on = await client.completions.create({ ...greedy, prompt: 'Impetus is', max_tokens: 8, echo: true })
    expect(on.choices[0]?.text).toMatch(/^Impetus is/)
    const gap = await client.completions.create({
      ...{ ...greedy, prompt: 'function add(a, b) {\n  return ', suffix: '\n}\n', max_tokens: 16 },
    })
    expect(gap.choices[0]?.finish_reason).toMatch(/^(stop|length)$/)
    expect(gap.usage?.completion_tokens).toBeGreaterThan(0)
  })
})

describe('embeddings', () => {
  it('come as base64, as the package asks for them, and as numbers, the same', async () => {
    const input = ['one', 'two']
    const packed = await client.embeddings.create({ model, input })
    const plain = await client.embeddings.create({ model, input, encoding_format: 'float' })
    for (const [index, { embedding }] of packed.data.entries()) {
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 4)
      expect(embedding.map(one => one.toFixed(5))).toEqual(
        plain.data[index]?.embedding.map(one => one.toFixed(5)),
      )
    }
  })
})

describe('responses', () => {
  it('are kept, gone on from, listed and deleted', async () => {
    const first = await client.responses.create({ model, input: 'My name is Olivia.', temperature: 0 })
    expect(first.output_text).not.toBe('')
    const next = await client.responses.create({
      ...{ model, input: 'What is my name?', previous_response_id: first.id, temperature: 0 },
    })
    expect(next.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens)
    expect((await client.responses.retrieve(first.id)).output_text).toBe(first.output_text)
    const items = await client.responses.inputItems.list(first.id)
    expect(items.data).toHaveLength(1)
    await client.responses.delete(first.id)
    await expect(client.responses.retrieve(first.id)).rejects.toBeInstanceOf(NotFoundError)
  })

  it('stream, call a tool, and keep to a schema', async () => {
    const stream = client.responses.stream({
      ...{ model, input: 'Will it rain?', tool_choice: 'required', temperature: 0 },
      tools: [{ type: 'function', ...weather, strict: true }, { type: 'web_search' }],
    })
    const numbers: number[] = []
    for await (const event of stream) numbers.push(event.sequence_number)
    expect(numbers).toEqual(numbers.map((_, index) => index))
    const [call] = (await stream.finalResponse()).output.filter(item => item.type === 'function_call')
    mustBeWeather(JSON.parse(call?.arguments ?? ''))
    const held = await client.responses.create({
      ...{ model, input: 'Will it rain?', temperature: 0 },
      text: { format: { type: 'json_schema', name: 'weather', schema: weather.parameters, strict: true } },
    })
    mustBeWeather(JSON.parse(held.output_text))
  })

  it('are written in the background until they are cancelled', async () => {
    const begun = await client.responses.create({
      ...{ model, input: 'Count.', background: true },
      text: { format: { type: 'json_schema', ...schema } },
    })
    expect(begun.status).toBe('in_progress')
    expect((await client.responses.cancel(begun.id)).status).toBe('cancelled')
    expect((await client.responses.retrieve(begun.id)).status).toBe('cancelled')
    await idle()
  })
})

describe('errors', () => {
  const ask = { model, messages }
  it('have the classes of the package, their codes and the field', async () => {
    const failure = (asked: Promise<unknown>) =>
      asked.then(
        () => undefined,
        (error: unknown) => error,
      )
    const unknown = await failure(client.chat.completions.create({ ...ask, model: 'nobody' }))
    expect(unknown).toBeInstanceOf(NotFoundError)
    expect(unknown).toMatchObject({ code: 'model_not_found', param: 'model' })
    const wrong = await failure(
      client.chat.completions.create({ ...ask, temperature: 'hot' as unknown as number }),
    )
    expect(wrong).toBeInstanceOf(BadRequestError)
    expect(wrong).toMatchObject({ code: 'invalid_type', param: 'temperature' })
    const full = await failure(
      client.chat.completions.create({ model, messages: [{ role: 'user', content: tooLong }], stream: true }),
    )
    expect(full).toMatchObject({ status: 400, code: 'context_length_exceeded' })
    const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AAAA' } }
    const seen = await failure(
      client.chat.completions.create({ model, messages: [{ role: 'user', content: [image] }] }),
    )
    expect(seen).toMatchObject({ status: 400, code: 'unsupported_content', param: 'messages.0.content.0' })
    const stranger = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: `imp_${'x'.repeat(43)}`, maxRetries: 0 })
    expect(await failure(stranger.chat.completions.create(ask))).toBeInstanceOf(AuthenticationError)
  })
})
