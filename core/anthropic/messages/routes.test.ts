import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createMessage } from '../../contract/anthropic.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { AnswerDelta } from '../../generation/interpret.ts'
import { endForTest, frameForTest, ScriptedGenerator } from '../../generation/scripted.testing.ts'
import type { Generator } from '../../generation/types.ts'
import { ScriptedLibrary } from '../../library/scripted-library.ts'
import { anthropicEnvelope } from '../errors.ts'
import { messageRoutes } from './routes.ts'

function open(generator: Generator, sse = {}) {
  const app = frameForTest([{ path: '/v1/messages', envelope: anthropicEnvelope }])
  const prompts = { count: async () => 7 }
  messageRoutes(app, { library: new ScriptedLibrary(), generator, prompts, sse })
  return (body: object) =>
    app.request('/v1/messages?beta=true', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ max_tokens: 5, messages: [{ role: 'user', content: 'Hello' }], ...body }),
    })
}

/** A stream's events, each with its name and data. */
async function eventsOf(response: Response): Promise<{ event: string; data: { type: string } }[]> {
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const frames = (await response.text()).split('\n\n')
  expect(frames.pop()).toBe('')
  return frames.map(frame => {
    const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
    return { event, data: JSON.parse(data) }
  })
}

const thought: AnswerDelta[] = [
  { type: 'reasoning', text: 'Hm', tokens: 1 },
  { type: 'reasoning', text: '.', tokens: 1 },
  { type: 'text', text: 'Yes.', tokens: 1 },
]

describe('messages', () => {
  it('has what the model thought in a block of its own', async () => {
    const generator = new ScriptedGenerator([...thought, endForTest()])
    const post = open(generator)
    const answer = createMessage.response.parse(await (await post({})).json())
    expect(answer.content).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'text', text: 'Yes.', citations: null },
    ])
    const events = await eventsOf(await post({ stream: true }))
    expect(events.every(({ event, data }) => event === data.type)).toBe(true)
    expect(events.map(({ event }) => event)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(generator.disposed).toBe(2)
  })

  it('hands on what is asked of the answer', async () => {
    const generator = new ScriptedGenerator([endForTest()])
    await open(generator)({ model: 'scripted', thinking: { type: 'enabled', budget_tokens: 100 } })
    expect(generator.opened).toMatchObject([
      {
        modelId: 'scripted',
        meta: { route: '/v1/messages' },
        request: { maxTokens: 5, options: { reasoning: { enabled: true, budgetTokens: 100 } } },
      },
    ])
  })

  it('ends a stream whose engine dies with one error, and no message_stop', async () => {
    const error = new ImpetusError('engine_crashed', 'The engine ended.')
    const events = await eventsOf(await open(new ScriptedGenerator(thought, error))({ stream: true }))
    expect(events.at(-1)).toEqual({
      event: 'error',
      data: { type: 'error', error: { type: 'api_error', message: 'The engine ended.' } },
    })
    expect(events.filter(({ event }) => event === 'error' || event === 'message_stop')).toHaveLength(1)
  })

  it('pings while a model loads, and tells what fails then as an event', async () => {
    const loading: Generator = {
      open: async () => {
        await sleep(150)
        throw new ImpetusError('shutting_down', 'Impetus is ending.')
      },
    }
    const response = await open(loading, { patience: 20, keepAlive: 30 })({ stream: true })
    expect(response.status).toBe(200)
    const events = await eventsOf(response)
    expect(events.slice(0, -1).length).toBeGreaterThan(0)
    expect(new Set(events.slice(0, -1).map(({ event }) => event))).toEqual(new Set(['ping']))
    expect(events.at(-1)?.data).toMatchObject({ error: { type: 'overloaded_error' } })
  })

  it('answers 529 where the core is ending', async () => {
    const ending: Generator = {
      open: () => Promise.reject(new ImpetusError('shutting_down', 'Impetus is ending.', { retryAfter: 5 })),
    }
    const response = await open(ending)({ stream: true })
    expect(response.status).toBe(529)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
  })
})
