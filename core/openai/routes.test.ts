import { describe, expect, it } from 'vitest'
import { chatChunk, createChatCompletion } from '../contract/chat.ts'
import { completionChunk, createCompletion } from '../contract/completions.ts'
import { getModel, listModels } from '../contract/models.ts'
import type { ScriptedOptions } from '../engine/scripted/scripted.ts'
import type { AnsweringParts } from './answering.ts'
import { openRoutes } from './routes.testing.ts'

function open(options: ScriptedOptions = {}, sse: AnsweringParts['sse'] = {}) {
  return openRoutes({ ...options, sse })
}

/** A stream's events, without `data: `; comments as they are. */
async function eventsOf(response: Response): Promise<string[]> {
  const frames = (await response.text()).split('\n\n')
  expect(frames.pop()).toBe('')
  return frames.map(frame => (frame.startsWith(':') ? frame : frame.replace(/^data: /, '')))
}

function user(content: string, more: object = {}) {
  return { messages: [{ role: 'user', content }], ...more }
}

describe('chat completions', () => {
  it('answers whole', async () => {
    const { post } = open()
    const response = await post('/v1/chat/completions', user('count to 3'))
    expect(response.status).toBe(200)
    const answer = createChatCompletion.response.parse(await response.json())
    expect(answer).toMatchObject({ model: 'scripted', object: 'chat.completion' })
    expect(answer.choices[0]?.message.content).toBe('1 2 3')
    expect(answer.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 })
  })

  it('streams: role first, one id, one finish, [DONE] last', async () => {
    const { post } = open()
    const response = await post('/v1/chat/completions', user('count to 3', { stream: true }))
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const events = await eventsOf(response)
    expect(events.at(-1)).toBe('[DONE]')
    const chunks = events.slice(0, -1).map(event => chatChunk.parse(JSON.parse(event)))
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    expect(chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')).toBe('1 2 3')
    expect(new Set(chunks.map(chunk => chunk.id)).size).toBe(1)
    expect(chunks.flatMap(chunk => chunk.choices[0]?.finish_reason ?? [])).toEqual(['stop'])
    expect(chunks.some(chunk => chunk.usage)).toBe(false)
  })

  it('calls a tool, then answers with its result, streamed and whole', async () => {
    const { post } = open()
    const parameters = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }
    const tools = [{ type: 'function', function: { name: 'read_file', parameters } }]
    const whole = createChatCompletion.response.parse(
      await (await post('/v1/chat/completions', user('Read it', { tools }))).json(),
    )
    const [choice] = whole.choices
    expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    const [call] = choice?.message.tool_calls ?? []
    if (call?.type !== 'function') throw new Error('no function was called')
    expect(JSON.parse(call.function.arguments)).toEqual({ path: 'example' })

    const streamed = await eventsOf(
      await post('/v1/chat/completions', user('Read it', { tools, stream: true })),
    )
    const calls = streamed
      .slice(0, -1)
      .flatMap(event => chatChunk.parse(JSON.parse(event)).choices[0]?.delta.tool_calls ?? [])
    expect(calls.every(one => one.index === 0)).toBe(true)
    expect(calls[0]).toMatchObject({ id: call.id, type: 'function', function: { name: 'read_file' } })
    expect(calls.map(one => one.function?.arguments).join('')).toBe(call.function.arguments)

    const messages = [
      { role: 'user', content: 'Read it' },
      choice?.message,
      { role: 'tool', tool_call_id: call.id, content: 'forty-two' },
    ]
    const after = await (await post('/v1/chat/completions', { messages, tools })).json()
    expect(after).toMatchObject({
      choices: [{ message: { content: 'The tool answered: forty-two' }, finish_reason: 'stop' }],
    })
  })

  it.each(['/chat/completions', '/v1/v1/chat/completions'])('answers under %s too', async path => {
    expect((await open().post(path, user('hello'))).status).toBe(200)
  })

  it.each([
    ['an unknown model', user('a', { model: 'gpt-5' }), 404, 'model_not_found', 'model'],
    ['a prompt that is too long', user('word '.repeat(100)), 400, 'context_length_exceeded', 'messages'],
    ['a wrong type', user('a', { temperature: 'hot' }), 400, 'invalid_type', 'temperature'],
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      400,
      'unsupported_content',
      'messages.0.content.0',
    ],
  ])('refuses %s with its status, streamed or not', async (_name, body, status, code, param) => {
    const { post, active } = open({ contextLength: 50 })
    for (const stream of [false, true]) {
      const response = await post('/v1/chat/completions', { ...body, stream })
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({ error: { code, param, type: 'invalid_request_error' } })
    }
    expect(active.count).toBe(0)
  })

  it('takes an empty name of a model for the default one, and the name in other letters', async () => {
    const { post } = open()
    for (const model of ['', null, 'Scripted', 'scripted:latest']) {
      const answer = await (await post('/v1/chat/completions', user('a', { model }))).json()
      expect(answer).toMatchObject({ model: 'scripted' })
    }
  })

  it('sends the headers and keeps alive when a model takes long to load', async () => {
    const { post } = open({ loadMilliseconds: 400 }, { patience: 20, keepAlive: 20 })
    const events = await eventsOf(await post('/v1/chat/completions', user('count to 2', { stream: true })))
    expect(events.filter(event => event === ': keep-alive').length).toBeGreaterThan(1)
    expect(events.at(-1)).toBe('[DONE]')
  })

  it('tells an error that comes after the headers as one event, then [DONE]', async () => {
    const { post } = open({ loadMilliseconds: 60, contextLength: 50 }, { patience: 10 })
    const response = await post('/v1/chat/completions', user('word '.repeat(100), { stream: true }))
    expect(response.status).toBe(200)
    const events = await eventsOf(response)
    expect(events).toHaveLength(2)
    expect(JSON.parse(events[0] ?? '')).toMatchObject({
      error: { code: 'context_length_exceeded', param: 'messages' },
    })
    expect(events[1]).toBe('[DONE]')
  })

  it('ends a stream whose engine dies with one error event, then [DONE]; the next request is answered', async () => {
    const { post, engine, active } = open({ wordMilliseconds: 5 })
    setTimeout(() => engine.crash('test'), 60)
    const events = await eventsOf(await post('/v1/chat/completions', user('count to 1000', { stream: true })))
    const errors = events.filter(event => event.startsWith('{"error"'))
    expect(errors).toHaveLength(1)
    expect(JSON.parse(errors[0] ?? '')).toMatchObject({
      error: { code: 'engine_crashed', type: 'server_error' },
    })
    expect(events.at(-1)).toBe('[DONE]')
    expect(events.some(event => event.includes('"finish_reason":"'))).toBe(false)
    expect(active.count).toBe(0)
    expect((await post('/v1/chat/completions', user('count to 2'))).status).toBe(200)
  })

  it('stops the engine when the client leaves', async () => {
    const { post, active, residency } = open({ wordMilliseconds: 20 })
    const controller = new AbortController()
    const response = await post(
      '/v1/chat/completions',
      user('count to 1000', { stream: true }),
      controller.signal,
    )
    const reader = response.body?.getReader()
    await reader?.read()
    expect(active.count).toBe(1)
    controller.abort()
    await active.idle()
    expect(residency.states()[0]?.leases).toBe(0)
  })
})

describe('completions', () => {
  it('goes on from a text, echoes it, fills a gap', async () => {
    const { post } = open()
    const ask = async (body: object) =>
      createCompletion.response.parse(await (await post('/v1/completions', body)).json()).choices[0]?.text
    expect(await ask({ prompt: 'I count to 3' })).toBe('1 2 3')
    expect(await ask({ prompt: 'I count to 3', echo: true, max_tokens: 1 })).toBe('I count to 31')
    expect(await ask({ prompt: ['a'], suffix: 'b' })).toBe(' between ')
    expect(await ask({ prompt: 'I count to 9', stop: ['5', '3'] })).toBe('1 2 ')
  })

  it('streams the same', async () => {
    const { post } = open()
    const body = { prompt: 'I count to 3', stream: true, echo: true, stream_options: { include_usage: true } }
    const events = await eventsOf(await post('/completions', body))
    const chunks = events.slice(0, -1).map(event => completionChunk.parse(JSON.parse(event)))
    expect(chunks.map(chunk => chunk.choices[0]?.text ?? '').join('')).toBe('I count to 31 2 3')
    expect(chunks.flatMap(chunk => chunk.choices[0]?.finish_reason ?? [])).toEqual(['stop'])
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 3 } })
  })
})

describe('models', () => {
  it('are listed and found by any of their names', async () => {
    const { get, post } = open()
    const list = listModels.response.parse(await (await get('/v1/models')).json())
    expect(list.data).toMatchObject([{ id: 'scripted', default: true, status: { value: 'unloaded' } }])
    await post('/v1/chat/completions', user('a'))
    for (const path of ['/v1/models/scripted', '/models/scripted', '/v1/v1/models/SCRIPTED%3Alatest']) {
      const model = getModel.response.parse(await (await get(path)).json())
      expect(model).toMatchObject({ id: 'scripted', status: { value: 'loaded' }, context_length: 131_072 })
    }
  })

  it.each(['nope', 'Qwen/Qwen3-8B', '..%2f..%2fetc%2fpasswd', 'a%00b', 'x'.repeat(1000)])(
    'answers an unknown name with model_not_found',
    async name => {
      const response = await open().get(`/v1/models/${name}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        error: {
          code: 'model_not_found',
          param: 'model',
          message: expect.stringContaining('Installed: scripted.'),
        },
      })
    },
  )
})
