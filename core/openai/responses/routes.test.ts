import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../../contract/errors.ts'
import { createResponse, listInputItems, type WireResponse } from '../../contract/responses.ts'
import { systemClock } from '../../platform/clock.ts'
import { openRoutes, openStore } from '../routes.testing.ts'
import type { ResponseEvent } from './events.ts'

async function responseOf(answer: Response | Promise<Response>): Promise<WireResponse> {
  const got = await answer
  expect(got.status).toBe(200)
  return createResponse.response.parse(await got.json())
}

async function errorOf(answer: Response | Promise<Response>) {
  const got = await answer
  const { error } = (await got.json()) as { error: { code: string; param: string | null; message: string } }
  return { status: got.status, code: error.code, param: error.param }
}

/** A stream's events; each must name its type twice. */
async function eventsOf(answer: Response): Promise<ResponseEvent[]> {
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  const frames = (await answer.text()).split('\n\n').filter(frame => frame !== '' && !frame.startsWith(':'))
  return frames.map(frame => {
    const [event = '', data = ''] = frame.split('\n')
    const parsed = JSON.parse(data.replace(/^data: /, '')) as ResponseEvent
    expect(event).toBe(`event: ${parsed.type}`)
    return parsed
  })
}

const path = '/v1/responses'
const textOf = (response: WireResponse) =>
  response.output
    .flatMap(item => (item.type === 'message' ? item.content.map(part => part.text) : []))
    .join('')

describe('a response', () => {
  it('is answered whole, with what it was asked with', async () => {
    const { post } = openRoutes()
    const response = await responseOf(post(path, { input: 'count to 3', metadata: { a: 'b' } }))
    expect(response).toMatchObject({
      status: 'completed',
      model: 'scripted',
      metadata: { a: 'b' },
      store: true,
      usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 },
    })
    expect(textOf(response)).toBe('1 2 3')
  })

  it('streams the same', async () => {
    const { post } = openRoutes()
    const events = await eventsOf(await post(path, { input: 'count to 3', stream: true }))
    expect(events[0]).toMatchObject({ type: 'response.created', response: { status: 'in_progress' } })
    expect(events.map(event => event.sequence_number)).toEqual(events.map((_, index) => index))
    const last = events.at(-1)
    expect(last?.type).toBe('response.completed')
    expect(textOf(createResponse.response.parse(last && 'response' in last && last.response))).toBe('1 2 3')
  })

  it('calls a function, and answers with its result', async () => {
    const { post } = openRoutes()
    const parameters = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }
    const tools = [{ type: 'web_search' }, { type: 'function', name: 'read_file', parameters }]
    const first = await responseOf(post(path, { input: 'Read it.', tools }))
    const [call] = first.output
    expect(call).toMatchObject({ type: 'function_call', name: 'read_file', arguments: '{"path":"example"}' })
    const output = {
      type: 'function_call_output',
      call_id: call?.type === 'function_call' && call.call_id,
      output: 'Hello',
    }
    const second = await responseOf(post(path, { input: [output], previous_response_id: first.id, tools }))
    expect(textOf(second)).toBe('The tool answered: Hello')
  })

  it('is given to Codex as it asks for it', async () => {
    const { post } = openRoutes()
    const shell = {
      type: 'function',
      name: 'shell',
      strict: false,
      parameters: {
        type: 'object',
        properties: { command: { type: 'array', items: { type: 'string' }, minItems: 1 } },
        required: ['command'],
        additionalProperties: false,
      },
    }
    const message = (role: string, text: string) => ({
      type: 'message',
      role,
      content: [{ type: 'input_text', text }],
    })
    const events = await eventsOf(
      await post(path, {
        model: 'scripted',
        instructions: 'You are a coding agent.',
        input: [
          message('developer', 'Rules'),
          message('user', '<cwd>/</cwd>'),
          message('user', 'List files.'),
        ],
        tools: [
          {
            type: 'custom',
            name: 'apply_patch',
            format: { type: 'grammar', syntax: 'lark', definition: 'x' },
          },
          { type: 'namespace', name: 'mcp', tools: [shell] },
          { type: 'web_search', external_web_access: false },
          shell,
        ],
        tool_choice: 'auto',
        parallel_tool_calls: false,
        reasoning: { effort: 'medium', summary: 'auto' },
        store: false,
        stream: true,
        include: ['reasoning.encrypted_content'],
        prompt_cache_key: 'x',
        text: { verbosity: 'low' },
        client_metadata: {},
      }),
    )
    const input = events.flatMap(event => ('delta' in event ? event.delta : []))
    const done = events.find(event => event.type === 'response.output_item.done')
    expect(done).toMatchObject({
      item: { type: 'custom_tool_call', name: 'apply_patch', input: 'example', status: 'completed' },
    })
    expect(input.join('')).toBe('example')
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { store: false } })
  })

  it('that cannot be answered is a real status, streamed or not', async () => {
    const { post, active } = openRoutes({ contextLength: 50 })
    const input = 'word '.repeat(100)
    for (const stream of [false, true]) {
      const refused = { status: 400, code: 'context_length_exceeded' }
      expect(await errorOf(post(path, { input, stream }))).toMatchObject(refused)
      expect(await errorOf(post(path, { input: 'a', stream, model: 'x' }))).toMatchObject({ status: 404 })
    }
    expect(active.count).toBe(0)
  })

  it('that waits for its model says again and again that it is in progress', async () => {
    const { post } = openRoutes({ loadMilliseconds: 500, sse: { patience: 10, keepAlive: 20 } })
    const events = await eventsOf(await post(path, { input: 'count to 1', stream: true }))
    const types = events.map(event => event.type)
    expect(types.filter(type => type === 'response.in_progress').length).toBeGreaterThan(2)
    expect(types.lastIndexOf('response.in_progress')).toBeLessThan(
      types.indexOf('response.output_item.added'),
    )
    expect(events.map(event => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(types.at(-1)).toBe('response.completed')
  })

  it('that is refused late ends in response.failed', async () => {
    const { post } = openRoutes({ loadMilliseconds: 100, contextLength: 50, sse: { patience: 10 } })
    const answer = await post(path, { input: 'word '.repeat(100), stream: true })
    const events = await eventsOf(answer)
    expect(events.map(event => event.type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.failed',
    ])
    expect(events.at(-1)).toMatchObject({
      response: { status: 'failed', error: { code: 'context_length_exceeded' } },
    })
  })

  it('fails when its engine dies, and the stream says so', async () => {
    const { post, engine, active } = openRoutes({ wordMilliseconds: 5 })
    const answer = await post(path, { input: 'count to 1000', stream: true })
    setTimeout(() => engine.crash('for a test'), 50)
    const last = (await eventsOf(answer)).at(-1)
    expect(last).toMatchObject({ type: 'response.failed', response: { error: { code: 'engine_crashed' } } })
    expect(active.count).toBe(0)
  })
})

describe('a kept response', () => {
  it('is found, gone on from, listed and deleted', async () => {
    const { post, get, send } = openRoutes()
    const first = await responseOf(post(path, { input: 'count to 2', instructions: 'Count.' }))
    expect(await responseOf(get(`${path}/${first.id}`))).toEqual(first)
    const second = await responseOf(
      post(path, { input: [{ role: 'user', content: 'count to 3' }], previous_response_id: first.id }),
    )
    // The conversation is there without the instructions, which are each request's own.
    expect(second.usage?.input_tokens).toBe(5 + 3 + 4)
    const items = listInputItems.response.parse(await (await get(`${path}/${second.id}/input_items`)).json())
    expect(items).toMatchObject({ has_more: false, data: [{ role: 'user', content: 'count to 3' }] })
    const deleted = await send('DELETE')(`${path}/${first.id}`)
    expect(await deleted.json()).toEqual({ id: first.id, object: 'response', deleted: true })
    const gone = { status: 404, code: 'response_not_found' }
    expect(await errorOf(get(`${path}/${first.id}`))).toMatchObject(gone)
    expect(await errorOf(send('DELETE')(`${path}/${first.id}`))).toMatchObject(gone)
    expect(await errorOf(post(path, { input: 'a', previous_response_id: second.id }))).toMatchObject({
      ...gone,
      param: 'previous_response_id',
    })
  })

  it('streamed is there as soon as the stream has said that it is complete', async () => {
    const { post } = openRoutes()
    const last = (await eventsOf(await post(path, { input: 'count to 2', stream: true }))).at(-1)
    const id = last && 'response' in last ? last.response.id : ''
    expect((await post(path, { input: 'and on', previous_response_id: id })).status).toBe(200)
  })

  it('lends its items to others by their ids', async () => {
    const { post } = openRoutes()
    const first = await responseOf(post(path, { input: 'count to 2' }))
    const reference = { type: 'item_reference', id: first.output[0]?.id }
    const second = await responseOf(
      post(path, { input: [reference, { role: 'user', content: 'count to 1' }] }),
    )
    expect(second.usage?.input_tokens).toBe(3 + 4 + 1)
    const unknown = { type: 'item_reference', id: 'msg_none' }
    expect(await errorOf(post(path, { input: [unknown] }))).toEqual({
      status: 404,
      code: 'response_not_found',
      param: 'input.0.id',
    })
  })

  it('belongs to the key that asked for it', async () => {
    let keyId = 'one'
    const { post, get, send } = openRoutes({ keyId: () => keyId })
    const mine = await responseOf(post(path, { input: 'count to 2' }))
    keyId = 'two'
    expect((await get(`${path}/${mine.id}`)).status).toBe(404)
    expect((await get(`${path}/${mine.id}/input_items`)).status).toBe(404)
    expect((await post(path, { input: 'a', previous_response_id: mine.id })).status).toBe(404)
    expect((await send('DELETE')(`${path}/${mine.id}`)).status).toBe(404)
    const reference = { type: 'item_reference', id: mine.output[0]?.id }
    expect((await post(path, { input: [reference] })).status).toBe(404)
    keyId = 'one'
    expect((await get(`${path}/${mine.id}`)).status).toBe(200)
  })

  it('is none with store: false, or where the settings say so', async () => {
    const { post, get } = openRoutes()
    const unkept = await responseOf(post(path, { input: 'a', store: false }))
    expect(unkept.store).toBe(false)
    expect((await get(`${path}/${unkept.id}`)).status).toBe(404)
    const off = openRoutes({ responses: openStore({ settings: () => ({ store: false, keepHours: 24 }) }) })
    const other = await responseOf(off.post(path, { input: 'a', store: true }))
    expect(other.store).toBe(false)
    expect((await off.get(`${path}/${other.id}`)).status).toBe(404)
  })

  it('that cannot be written down is answered all the same', async () => {
    const responses = openStore()
    responses.keep = () => {
      throw new ImpetusError('insufficient_storage', 'The disk is full. Free some space.')
    }
    const { post, get } = openRoutes({ responses })
    const whole = await responseOf(post(path, { input: 'count to 2' }))
    expect(textOf(whole)).toBe('1 2')
    expect((await get(`${path}/${whole.id}`)).status).toBe(404)
    const events = await eventsOf(await post(path, { input: 'count to 2', stream: true }))
    expect(events.at(-1)?.type).toBe('response.completed')
  })

  it('expires, and going on from it keeps the whole conversation', async () => {
    let now = 0
    const responses = openStore({
      clock: { ...systemClock, now: () => now },
      settings: () => ({ store: true, keepHours: 1 }),
    })
    const { post, get } = openRoutes({ responses })
    const first = await responseOf(post(path, { input: 'a' }))
    const alone = await responseOf(post(path, { input: 'b' }))
    now = 3_000_000
    const second = await responseOf(post(path, { input: 'c', previous_response_id: first.id }))
    now = 5_000_000
    expect((await get(`${path}/${alone.id}`)).status).toBe(404)
    expect((await post(path, { input: 'd', previous_response_id: second.id })).status).toBe(200)
  })
})

describe('a response under way', () => {
  it('is cancelled by its id, and the stream ends', async () => {
    const { post, active } = openRoutes({ wordMilliseconds: 5 })
    const answer = await post(path, { input: 'count to 1000', stream: true })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('output_text.delta')) text += (await reader.read()).value ?? ''
    const id = /resp_[0-9a-f]+/.exec(text)?.[0]
    const cancelled = await responseOf(post(`${path}/${id}/cancel`, {}))
    expect(cancelled.status).toBe('cancelled')
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
    expect(text.trimEnd().split('\n').at(-1)).toContain('"status":"cancelled"')
    expect(active.count).toBe(0)
    expect((await responseOf(post(`${path}/${id}/cancel`, {}))).status).toBe('cancelled')
  })

  it('goes on in the background, where it can be looked at, cancelled, and not deleted', async () => {
    const { post, get, send, active } = openRoutes({ wordMilliseconds: 5 })
    const begun = await responseOf(post(path, { input: 'count to 5', background: true }))
    expect(begun).toMatchObject({ status: 'in_progress', background: true })
    expect(await errorOf(send('DELETE')(`${path}/${begun.id}`))).toMatchObject({ status: 409 })
    let seen = await responseOf(get(`${path}/${begun.id}`))
    while (seen.status === 'in_progress') {
      await sleep(10)
      seen = await responseOf(get(`${path}/${begun.id}`))
    }
    expect(seen.status).toBe('completed')
    expect(textOf(seen)).toBe('1 2 3 4 5')
    const long = await responseOf(post(path, { input: 'count to 1000', background: true }))
    expect((await responseOf(post(`${path}/${long.id}/cancel`, {}))).status).toBe('cancelled')
    expect(active.count).toBe(0)
  })

  it('in the background fails where others are refused, and needs to be kept', async () => {
    const { post, get } = openRoutes({ contextLength: 50 })
    const begun = await responseOf(post(path, { input: 'word '.repeat(100), background: true }))
    let seen = begun
    while (seen.status === 'in_progress') {
      await sleep(5)
      seen = await responseOf(get(`${path}/${begun.id}`))
    }
    expect(seen).toMatchObject({ status: 'failed', error: { code: 'context_length_exceeded' } })
    for (const wrong of [{ store: false }, { stream: true }]) {
      expect(await errorOf(post(path, { input: 'a', background: true, ...wrong }))).toMatchObject({
        status: 400,
        param: 'background',
      })
    }
  })

  it('stops when its client goes away, and is not kept', async () => {
    const { post, active } = openRoutes({ wordMilliseconds: 5 })
    const leave = new AbortController()
    const answer = await post(path, { input: 'count to 1000', stream: true }, leave.signal)
    const reader = answer.body!.getReader()
    await reader.read()
    leave.abort()
    await reader.cancel()
    await expect.poll(() => active.count).toBe(0)
  })
})
