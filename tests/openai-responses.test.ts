/** The official package's responses over the whole core, on llama.cpp and on the scripted engine. */
import { join } from 'node:path'
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai'
import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'
import { EventReader } from './support/events.ts'

describe.each([
  { engine: 'llama.cpp', model: 'tiny' },
  { engine: 'scripted', model: 'scripted' },
] as const)('on $engine', ({ engine, model }) => {
  let core: StartedCore
  let events: EventReader
  let client: OpenAI

  beforeAll(async () => {
    core = await startCore({
      ...(engine === 'scripted' && { engine, wordMilliseconds: 2 }),
      models: folder => writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 8192 }),
      settings: { models: { default: 'tiny' } },
    })
    events = await EventReader.open(core)
    client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
  })

  afterAll(async () => {
    await events?.[Symbol.asyncDispose]()
    await core?.[Symbol.asyncDispose]()
  })

  const short = { model, max_output_tokens: 12 }

  it('answers whole', async () => {
    const response = await client.responses.create({
      ...short,
      instructions: 'You count.',
      input: 'count to 50',
    })
    expect(response).toMatchObject({ object: 'response', status: 'incomplete', model })
    expect(response.output_text).not.toBe('')
    expect(response.usage?.output_tokens).toBe(12)
    expect(response.usage?.total_tokens).toBe(response.usage!.input_tokens + 12)
  })

  it('streams what the package puts together', async () => {
    const stream = client.responses.stream({ ...short, input: 'count to 50' })
    const seen: ResponseStreamEvent[] = []
    for await (const event of stream) seen.push(event)
    expect(seen.map(event => event.sequence_number)).toEqual(seen.map((_, index) => index))
    expect(seen.map(event => event.type).slice(0, 4)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
    ])
    const last = seen.at(-1)
    expect(last?.type).toBe('response.incomplete')
    const deltas = seen.flatMap(event => (event.type === 'response.output_text.delta' ? event.delta : []))
    expect(deltas.join('')).toBe((await stream.finalResponse()).output_text)
  })

  it('keeps responses: found, gone on from, listed, deleted', async () => {
    const first = await client.responses.create({ ...short, input: 'count to 3' })
    const { output_text: _, ...wire } = first
    expect(await client.responses.retrieve(first.id)).toMatchObject(wire)
    const alone = await client.responses.create({ ...short, input: 'count to 4' })
    const second = await client.responses.create({
      ...short,
      input: 'count to 4',
      previous_response_id: first.id,
    })
    expect(second.usage!.input_tokens).toBeGreaterThan(alone.usage!.input_tokens)
    const items: unknown[] = []
    for await (const item of client.responses.inputItems.list(first.id)) items.push(item)
    expect(items).toMatchObject([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'count to 3' }] },
    ])
    await client.responses.delete(first.id)
    const error = await client.responses.retrieve(first.id).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ code: 'response_not_found' })
    const unkept = await client.responses.create({ ...short, input: 'a', store: false })
    await expect(client.responses.retrieve(unkept.id)).rejects.toBeInstanceOf(NotFoundError)
  })

  it('writes in the background until it is cancelled', async () => {
    const input = engine === 'scripted' ? 'count to 20000' : 'Go on for ever'
    const begun = await client.responses.create({ model, input, background: true })
    expect(begun.status).toBe('in_progress')
    let seen: Response = begun
    await expect
      .poll(async () => {
        seen = await client.responses.retrieve(begun.id)
        return seen.output.length
      })
      .toBeGreaterThan(0)
    const cancelled = await client.responses.cancel(begun.id)
    expect(cancelled.status).toBe('cancelled')
    expect((await client.responses.retrieve(begun.id)).status).toBe('cancelled')
    expect((await core.status()).requests.active).toBe(0)
  })

  it('stops when its client goes away, and the engine is free within 250 ms', async () => {
    const input = engine === 'scripted' ? 'count to 20000' : 'Go on for ever'
    const { data: stream, request_id: id } = await client.responses
      .create({ model, input, stream: true })
      .withResponse()
    let stopped = 0
    let deltas = 0
    const read = async () => {
      for await (const event of stream) {
        if (event.type !== 'response.output_text.delta' || ++deltas !== 5) continue
        stopped = Date.now()
        stream.controller.abort()
        // Reading on what has already come would keep the socket from being closed.
        break
      }
    }
    await read().catch(error => expect(error).toBeInstanceOf(APIUserAbortError))
    const finished = await events.next('request.finished', data => data.id === id)
    expect(finished.data).toMatchObject({ outcome: 'cancelled' })
    expect(finished.time - stopped).toBeLessThan(250)
  })

  it('calls a function and goes on with its result', async () => {
    const parameters = {
      type: 'object',
      properties: { city: { enum: ['Oslo', 'Rome'] } },
      required: ['city'],
      additionalProperties: false,
    }
    const tools = [
      { type: 'web_search' as const },
      { type: 'function' as const, name: 'weather', parameters, strict: true },
    ]
    const first = await client.responses.create({
      model,
      input: 'Will it rain?',
      tools,
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: false,
      max_output_tokens: 400,
    })
    const [call] = first.output.filter(item => item.type === 'function_call')
    expect(call?.name).toBe('weather')
    expect(['Oslo', 'Rome']).toContain(JSON.parse(call!.arguments).city)
    const second = await client.responses.create({
      ...short,
      input: [{ type: 'function_call_output', call_id: call!.call_id, output: 'Rain.' }],
      previous_response_id: first.id,
    })
    expect(second.output_text).not.toBe('')
  })

  it('answers 400 with the field, and for a prompt that does not fit', async () => {
    const wrong = client.responses.create({ model, input: 5 as unknown as string })
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'input' })
    const input = 'word '.repeat(140_000)
    for (const stream of [false, true]) {
      const error = await client.responses.create({ model, input, stream }).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(BadRequestError)
      expect(error).toMatchObject({ code: 'context_length_exceeded' })
    }
  })

  it.runIf(engine === 'llama.cpp')('holds its text to a schema', async () => {
    const schema = {
      type: 'object',
      properties: { mood: { enum: ['good', 'bad'] }, level: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['mood', 'level'],
      additionalProperties: false,
    }
    const response = await client.responses.create({
      model,
      input: 'How are you?',
      max_output_tokens: 200,
      text: { format: { type: 'json_schema', name: 'mood', strict: true, schema } },
    })
    const value = JSON.parse(response.output_text)
    expect(['good', 'bad']).toContain(value.mood)
    expect(response.status).toBe('completed')
  })

  it.runIf(engine === 'llama.cpp')('tells how likely each token was', async () => {
    const response = await client.responses.create({
      ...short,
      input: 'Hello',
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
    })
    const [message] = response.output
    const part = message?.type === 'message' ? message.content[0] : undefined
    expect(part?.type === 'output_text' && part.logprobs?.length).toBeGreaterThan(0)
  })
})
