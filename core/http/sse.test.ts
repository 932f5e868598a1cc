import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { settingsSchema } from '../contract/settings.ts'
import type { Log } from '../platform/log.ts'
import { createFrame } from './frame.ts'
import { LiveRequests } from './live.ts'
import { type SseItem, type SseOptions, sseResponse } from './sse.ts'

const errors: unknown[] = []
const log: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (_message, error) => errors.push(error),
  child: () => log,
}

type Source = AsyncIterable<SseItem> | Promise<AsyncIterable<SseItem>>

function request(source: (signal: AbortSignal) => Source, options: SseOptions = {}, init: RequestInit = {}) {
  const { server } = settingsSchema.parse({})
  const app = createFrame({
    log,
    live: new LiveRequests(),
    settings: () => server,
    identify: () => ({ kind: 'anonymous', scopes: new Set(), name: null }),
  })
  app.get('/', context => sseResponse(context, source(context.get('signal')), options))
  return app.request('/', init)
}

async function* items(...list: SseItem[]) {
  yield* list
}

test('items become frames; the headers say what it is', async () => {
  const answer = await request(() => items('{"a":1}', { event: 'done', id: '7', data: '{}' }))
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(answer.headers.get('cache-control')).toContain('no-cache')
  expect(await answer.text()).toBe('data: {"a":1}\n\nid: 7\nevent: done\ndata: {}\n\n')
})

test('an error in the middle: what came before, one error event, [DONE]', async () => {
  async function* failing() {
    yield '1'
    throw new ImpetusError('engine_crashed', 'It crashed. Send it again.')
  }
  const text = await (await request(failing)).text()
  const [first, error, done] = text.trim().split('\n\n')
  expect(first).toBe('data: 1')
  expect(JSON.parse(error?.slice(6) ?? '')).toEqual({
    error: {
      message: 'It crashed. Send it again.',
      type: 'server_error',
      param: null,
      code: 'engine_crashed',
    },
  })
  expect(done).toBe('data: [DONE]')
  expect(errors).toEqual([])
})

test('a defect is told without its text, and logged with it', async () => {
  async function* failing() {
    yield '1'
    throw new Error('secret path /home/me')
  }
  const text = await (await request(failing)).text()
  expect(text).toContain('internal_error')
  expect(text).not.toContain('secret')
  expect(String(errors.pop())).toContain('secret')
})

test('a dialect ends in its own form', async () => {
  async function* failing() {
    yield '1'
    throw new ImpetusError('engine_crashed', 'It crashed.')
  }
  const answer = await request(failing, { errorItems: error => [{ event: 'error', data: error.code }] })
  expect(await answer.text()).toBe('data: 1\n\nevent: error\ndata: engine_crashed\n\n')
})

test('while the source is a promise its rejection is a real status', async () => {
  const answer = await request(async () => {
    await sleep(20)
    throw new ImpetusError('model_not_found', 'No such model.')
  })
  expect(answer.status).toBe(404)
})

test('after the patience is over the headers go out and the rejection becomes an event', async () => {
  const late = async () => {
    await sleep(100)
    throw new ImpetusError('model_load_failed', 'It did not load.')
  }
  const answer = await request(late, { limits: { patience: 10, keepAlive: 30 } })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  expect(text).toContain('model_load_failed')
  // Comments, which no client takes for the end; ": ping" would be taken so.
  expect(text).toMatch(/^(: keep-alive\n\n)+data: /)
})

test('comments only while nothing comes', async () => {
  async function* steady() {
    for (let n = 0; n < 10; n++) {
      await sleep(10)
      yield String(n)
    }
    await sleep(1500)
    yield 'last'
  }
  const text = await (await request(steady, { limits: { keepAlive: 500 } })).text()
  const comments = text.indexOf(': keep-alive')
  expect(comments).toBeGreaterThan(text.indexOf('data: 9'))
  expect(comments).toBeLessThan(text.indexOf('data: last'))
})

test("a client that goes aborts the request's signal; nothing is logged", async () => {
  const abort = new AbortController()
  let seen: unknown
  const answer = await request(
    async function* (signal) {
      yield 'first'
      await sleep(5000, undefined, { signal }).catch(() => {
        seen = signal.reason
        throw signal.reason
      })
    },
    {},
    { signal: abort.signal },
  )
  const reader = answer.body?.getReader()
  await reader?.read()
  abort.abort()
  await reader?.cancel().catch(() => undefined)
  await expect.poll(() => seen).toBeInstanceOf(ImpetusError)
  expect((seen as ImpetusError).code).toBe('client_closed')
  expect(errors).toEqual([])
})

test('HEAD has the headers and starts nothing', async () => {
  let started = false
  const answer = await request(
    async function* () {
      started = true
      yield '1'
    },
    {},
    { method: 'HEAD' },
  )
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  expect(await answer.text()).toBe('')
  expect(started).toBe(false)
})
