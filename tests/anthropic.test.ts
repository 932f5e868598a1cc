/** Anthropic's own package against the whole core, on llama.cpp and on the scripted engine. */
import { join } from 'node:path'
import Anthropic, { APIUserAbortError } from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore, until } from './support/core.ts'
import { EventReader } from './support/events.ts'

const contextLength = 8192

const read: Anthropic.Tool = {
  name: 'read',
  description: 'Reads a file.',
  input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
}

describe.each([
  { engine: 'llama.cpp', model: 'tiny' },
  { engine: 'scripted', model: 'scripted' },
] as const)('on $engine', ({ engine, model }) => {
  let core: StartedCore
  let events: EventReader
  let client: Anthropic

  beforeAll(async () => {
    core = await startCore({
      ...(engine === 'scripted' && { engine }),
      models: folder => writeTinyLlama(join(folder, 'Tiny.gguf'), { contextLength }),
      settings: { models: { default: 'tiny' } },
    })
    events = await EventReader.open(core)
    client = new Anthropic({ baseURL: core.url, apiKey: 'not needed', maxRetries: 0 })
  })

  afterAll(async () => {
    await events?.[Symbol.asyncDispose]()
    await core?.[Symbol.asyncDispose]()
  })

  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Please count to 50.' }]

  it('answers whole', async () => {
    const { data: answer, request_id } = await client.messages
      .create({ model, max_tokens: 16, system: [{ type: 'text', text: 'You count.' }], messages })
      .withResponse()
    expect(answer).toMatchObject({
      type: 'message',
      role: 'assistant',
      model,
      stop_reason: 'max_tokens',
      stop_sequence: null,
      usage: { output_tokens: 16 },
    })
    expect(answer.content.map(block => block.type)).toEqual(['text'])
    expect(request_id).toMatch(/^req_/)
  })

  it('streams the same answer, in the package’s own order', async () => {
    const ask = { model, max_tokens: 24, temperature: 0, messages }
    const whole = await client.messages.create(ask)
    const stream = client.messages.stream(ask)
    const types: string[] = []
    let text = ''
    stream.on('streamEvent', event => types.push(event.type))
    stream.on('text', piece => (text += piece))
    const final = await stream.finalMessage()
    expect(final.content).toEqual(whole.content)
    expect(text).toBe(whole.content[0]?.type === 'text' && whole.content[0].text)
    expect(final.usage.output_tokens).toBe(24)
    expect(types.filter(type => type !== 'content_block_delta')).toEqual([
      'message_start',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('takes what Claude Code sends besides', async () => {
    const answer = await client.beta.messages.create({
      model,
      max_tokens: 4,
      betas: ['interleaved-thinking-2025-05-14'],
      metadata: { user_id: 'user_1' },
      thinking: { type: 'adaptive' },
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330; cch=12ab3;' },
        { type: 'text', text: 'You code.', cache_control: { type: 'ephemeral' } },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } }] },
      ],
    })
    expect(answer.usage.output_tokens).toBeGreaterThan(0)
  })

  it('stops half-way, and the engine is free', async () => {
    const { data: stream, response } = await client.messages
      .create({
        model,
        max_tokens: 8000,
        stream: true,
        messages: [{ role: 'user', content: 'count to 900000' }],
      })
      .withResponse()
    const id = response.headers.get('request-id')
    let seen = 0
    const readOn = async () => {
      for await (const _event of stream) {
        if (++seen === 30) stream.controller.abort()
      }
    }
    await readOn().catch(error => expect(error).toBeInstanceOf(APIUserAbortError))
    const finished = await events.next('request.finished', data => data.id === id)
    expect(finished.data).toMatchObject({ outcome: 'cancelled', model })
    await until('nothing to be under way', async () => (await core.status()).requests.active === 0)
  })

  it('counts exactly the tokens that the answer then reports', async () => {
    const ask = { model, system: 'Be brief.', messages, tools: [read] }
    const { input_tokens } = await client.messages.countTokens(ask)
    const { usage } = await client.messages.create({ ...ask, max_tokens: 1 })
    expect(input_tokens).toBe(usage.input_tokens + (usage.cache_read_input_tokens ?? 0))
    const without = await client.messages.countTokens({ ...ask, tools: [] })
    expect(without.input_tokens).toBeLessThan(input_tokens)
  })

  it('counts also what is too long to be answered', async () => {
    const content = 'word '.repeat(150_000)
    const { input_tokens } = await client.messages.countTokens({
      model,
      messages: [{ role: 'user', content }],
    })
    expect(input_tokens).toBeGreaterThan(engine === 'scripted' ? 131_072 : contextLength)
  })

  it.each([false, true])('says that a prompt is too long in Anthropic’s words (stream: %s)', async stream => {
    const content = 'word '.repeat(150_000)
    const asked = client.messages.create({
      model,
      max_tokens: 5,
      stream,
      messages: [{ role: 'user', content }],
    })
    const error = await asked.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect((error as InstanceType<typeof Anthropic.APIError>).error).toMatchObject({
      type: 'error',
      error: { message: expect.stringMatching(/^prompt is too long: \d+ tokens > \d+ maximum$/) },
    })
  })

  it('answers 404 in Anthropic’s shape for a model that is not there', async () => {
    const asked = client.messages.create({ model: 'claude-nine', max_tokens: 5, messages })
    const error = await asked.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Anthropic.NotFoundError)
    expect(error).toMatchObject({ type: 'not_found_error', requestID: expect.stringMatching(/^req_/) })
    expect(String(error)).toContain(model)
  })

  it('lists the models as Anthropic does', async () => {
    const ids: string[] = []
    for await (const one of client.models.list({ limit: 1 })) ids.push(one.id)
    expect(ids).toContain(model)
    expect(await client.models.retrieve(model)).toMatchObject({ type: 'model', id: model })
    const missing = client.models.retrieve('claude-nine').catch((caught: unknown) => caught)
    expect(await missing).toMatchObject({ status: 404, type: 'not_found_error' })
    const plain = (await (await fetch(`${core.url}/v1/models`)).json()) as { object: string }
    expect(plain.object).toBe('list')
  })

  if (engine === 'llama.cpp') {
    const colour = {
      type: 'object' as const,
      properties: { colour: { enum: ['red', 'green'] } },
      required: ['colour'],
      additionalProperties: false,
    }
    const paint: Anthropic.Tool = { name: 'paint', input_schema: colour }

    it.each<Anthropic.ToolChoice>([{ type: 'any' }, { type: 'tool', name: 'paint' }])(
      'makes the model call a tool with $type, with arguments that fit',
      async tool_choice => {
        const answer = await client.messages.create({
          model,
          max_tokens: 400,
          messages,
          tools: [paint],
          tool_choice,
        })
        expect(answer.stop_reason).toBe('tool_use')
        const calls = answer.content.flatMap(block => (block.type === 'tool_use' ? [block] : []))
        expect(calls.length).toBeGreaterThan(0)
        for (const call of calls) {
          expect(call.name).toBe('paint')
          expect(colour.properties.colour.enum).toContain((call.input as { colour: string }).colour)
        }
      },
    )

    it('holds the answer to a schema', async () => {
      const format = { type: 'json_schema' as const, schema: colour }
      const answer = await client.messages.create({
        model,
        max_tokens: 400,
        messages,
        output_config: { format },
      })
      const [block] = answer.content
      const { colour: said } = JSON.parse(block?.type === 'text' ? block.text : '') as { colour: string }
      expect(colour.properties.colour.enum).toContain(said)
    })
  }

  it.each([
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'x' } }] }] },
    ],
    ['no messages', { messages: [] }],
    ['a body of the wrong kind', { messages: 5 }],
  ])('refuses %s in Anthropic’s shape', async (_, body) => {
    const response = await core.post('/v1/messages?beta=true', { model, max_tokens: 5, ...body })
    expect(response.status).toBe(400)
    expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'))
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.any(String) },
    })
  })
})

describe('tools, on the scripted engine', () => {
  let core: StartedCore
  let client: Anthropic

  beforeAll(async () => {
    core = await startCore({ engine: 'scripted' })
    client = new Anthropic({ baseURL: core.url, authToken: 'not needed', maxRetries: 0 })
  })

  afterAll(() => core?.[Symbol.asyncDispose]())

  it('come and go: a call, its result, the answer', async () => {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Read it.' }]
    const ask = { model: 'scripted', max_tokens: 100, tools: [read] }
    const stream = client.messages.stream({ ...ask, messages })
    const json: string[] = []
    stream.on('inputJson', piece => json.push(piece))
    const called = await stream.finalMessage()
    expect(called.stop_reason).toBe('tool_use')
    const [call] = called.content
    if (call?.type !== 'tool_use') throw new Error('There is no call.')
    expect(call).toMatchObject({ name: 'read', input: { path: 'example' } })
    expect(JSON.parse(json.join(''))).toEqual(call.input)

    messages.push({ role: 'assistant', content: called.content })
    messages.push({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: call.id, content: [{ type: 'text', text: 'forty-two' }] },
      ],
    })
    const answered = await client.messages.create({ ...ask, messages })
    expect(answered.content).toMatchObject([{ type: 'text', text: 'The tool answered: forty-two' }])
    expect(answered.stop_reason).toBe('end_turn')
  })

  it('are not called with the choice "none", and the named one with "tool"', async () => {
    const other = { ...read, name: 'other' }
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Read it.' }]
    const ask = { model: 'scripted', max_tokens: 100, messages, tools: [read, other] }
    const none = await client.messages.create({ ...ask, tool_choice: { type: 'none' } })
    expect(none.content[0]?.type).toBe('text')
    const named = await client.messages.create({ ...ask, tool_choice: { type: 'tool', name: 'other' } })
    expect(named.content).toMatchObject([{ type: 'tool_use', name: 'other' }])
  })

  it('stops at a stop sequence and says which', async () => {
    const answer = await client.messages.create({
      model: 'scripted',
      max_tokens: 100,
      stop_sequences: ['7'],
      messages: [{ role: 'user', content: 'count to 9' }],
    })
    expect(answer).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: '7' })
    expect(answer.content).toMatchObject([{ text: '1 2 3 4 5 6 ' }])
  })
})

it('takes a key by either header, and refuses without one in Anthropic’s shape', async () => {
  await using core = await startCore({ engine: 'scripted', settings: { server: { requireKey: true } } })
  const made = await core.socketFetch('http://impetus/api/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'claude', scopes: ['inference'] }),
  })
  const { key } = (await made.json()) as { key: string }
  const ask = { model: 'scripted', max_tokens: 5, messages: [{ role: 'user' as const, content: 'Hello' }] }
  const options = { baseURL: core.url, maxRetries: 0 }
  for (const credential of [
    { apiKey: key, authToken: null },
    { apiKey: null, authToken: key },
  ]) {
    const answer = await new Anthropic({ ...options, ...credential }).messages.create(ask)
    expect(answer.type).toBe('message')
  }
  const stranger = new Anthropic({ ...options, apiKey: 'imp_wrong' })
  for (const asking of [() => stranger.messages.create(ask), () => stranger.models.list()]) {
    const error = await asking().then(
      () => undefined,
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError)
    expect(error).toMatchObject({ type: 'authentication_error' })
  }
})
