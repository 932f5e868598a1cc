import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { csrfHeader } from '../core/contract/sign-in.ts'
import { type Door, openDoor } from './support/door.ts'
import { head, rawRequest } from './support/raw-http.ts'

interface Frame {
  readonly epoch: string
  readonly seq: number
  readonly topic: string
  readonly data: Record<string, unknown>
}

let door: Door
let adminKey: string

beforeEach(async () => {
  door = await openDoor({
    limits: { stalledReaderSeconds: 1 },
    server: { allowedOrigins: ['https://chat.example.org'] },
  })
  adminKey = door.keys.create({ name: 'reader', scopes: ['admin'], expiresAt: null }).key
})
afterEach(async () => {
  expect((await fetch(`${door.url}/health`, { signal: AbortSignal.timeout(1000) })).status).toBe(200)
  await door.close()
})

const tell = (count: number) => door.bus.tell('models.changed', { count })
const countOf = (frame: Frame) => frame.data.count

/** Opens the stream as server-sent events; `frames` fills as they come. */
async function openSse(query = '', headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const answer = await fetch(`${door.url}/api/events${query}`, {
    headers: { 'x-api-key': adminKey, ...headers },
    signal: abort.signal,
  })
  const frames: Frame[] = []
  const ids: string[] = []
  const done = (async () => {
    let text = ''
    for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const [id, data] = event.split('\ndata: ')
        ids.push(id?.slice(4) ?? '')
        frames.push(JSON.parse(data ?? ''))
      }
    }
  })().catch(() => 'cut')
  return { answer, frames, ids, done, close: () => abort.abort() }
}

function openWebSocket(query = '', options: ClientOptions = {}) {
  const socket = new WebSocket(`${door.url.replace('http', 'ws')}/api/events${query}`, {
    headers: { 'x-api-key': adminKey },
    ...options,
  })
  const frames: Frame[] = []
  socket.on('message', data => frames.push(JSON.parse(String(data))))
  return { socket, frames }
}

/** What a refused handshake was answered with. */
function handshake(headers: Record<string, string>, path = '/api/events') {
  return rawRequest(
    door.port,
    head(`GET ${path}`, door.port, {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }),
    { timeout: 1000 },
  )
}

describe('over server-sent events', () => {
  test('a heartbeat first, then the facts in order', async () => {
    const stream = await openSse()
    tell(1)
    tell(2)
    await expect.poll(() => stream.frames.length).toBe(3)
    expect(stream.frames.map(frame => frame.topic)).toEqual([
      'stream.heartbeat',
      'models.changed',
      'models.changed',
    ])
    expect(stream.frames[2]).toEqual({
      epoch: door.history.epoch,
      seq: (stream.frames[1]?.seq ?? 0) + 1,
      time: expect.any(Number),
      topic: 'models.changed',
      data: { count: 2 },
    })
    stream.close()
  })

  test('resumes after Last-Event-ID and after ?after=, without loss or doubles', async () => {
    const first = await openSse()
    for (let n = 1; n <= 5; n++) tell(n)
    await expect.poll(() => first.frames.length).toBe(6)
    first.close()
    const lastSeen = first.ids[2] ?? ''
    tell(6)
    for (const [query, headers] of [
      ['', { 'last-event-id': lastSeen }],
      [`?after=${lastSeen}`, {}],
      [`?after=${lastSeen.split(':')[1]}`, {}],
    ] as [string, Record<string, string>][]) {
      const again = await openSse(query, headers)
      await expect.poll(() => again.frames.length).toBe(5)
      expect(again.frames.slice(1).map(countOf)).toEqual([3, 4, 5, 6])
      again.close()
    }
  })

  test('a gap is said where history is lost', async () => {
    for (let n = 1; n <= 1500; n++) tell(n)
    const stream = await openSse('?after=100')
    await expect.poll(() => stream.frames.length).toBeGreaterThan(1000)
    expect(stream.frames[1]).toMatchObject({ topic: 'stream.gap', data: { lost: 400 } })
    expect(stream.frames.slice(2).map(countOf)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 501))
    stream.close()
    const stranger = await openSse('?after=otherrun:7')
    await expect.poll(() => stranger.frames.length).toBe(2)
    expect(stranger.frames[1]).toMatchObject({ topic: 'stream.gap', data: { lost: null } })
    stranger.close()
  })

  test('only the topics asked for', async () => {
    const stream = await openSse('?topics=core.,audit.recorded')
    tell(1)
    door.bus.tell('core.changed', { state: 'running', activeRequests: 0 })
    await expect.poll(() => stream.frames.length).toBe(2)
    expect(stream.frames[1]?.topic).toBe('core.changed')
    stream.close()
  })

  test('a heartbeat every 5 s, none while nobody listens', async () => {
    const stream = await openSse('?topics=core.')
    await expect.poll(() => stream.frames.length, { timeout: 7000 }).toBe(2)
    expect(stream.frames[1]?.topic).toBe('stream.heartbeat')
    stream.close()
    await expect.poll(() => door.history.subscribers).toBe(0)
  })

  test('closed to anonymous callers and inference keys; HEAD answers without a stream', async () => {
    const { key } = door.keys.create({ name: 'editor', scopes: ['inference'], expiresAt: null })
    expect((await fetch(`${door.url}/api/events`)).status).toBe(401)
    expect((await fetch(`${door.url}/api/events`, { headers: { 'x-api-key': key } })).status).toBe(403)
    const bare = await fetch(`${door.url}/api/events`, { method: 'HEAD', headers: { 'x-api-key': adminKey } })
    expect(bare.status).toBe(200)
    expect(await bare.text()).toBe('')
    await expect.poll(() => door.history.subscribers).toBe(0)
  })

  test('ends when its key is revoked', async () => {
    const stream = await openSse()
    const [key] = door.keys.list()
    await fetch(`${door.url}/api/keys/${key?.id}`, { method: 'DELETE', headers: { 'x-api-key': adminKey } })
    expect(await stream.done).toBeUndefined()
    expect(door.history.subscribers).toBe(0)
  })
})

describe('over a WebSocket', () => {
  test('the same frames', async () => {
    const { socket, frames } = openWebSocket('?topics=models.')
    await expect.poll(() => frames.length).toBe(1)
    tell(1)
    await expect.poll(() => frames.length).toBe(2)
    expect(frames[1]).toMatchObject({
      topic: 'models.changed',
      data: { count: 1 },
      epoch: door.history.epoch,
    })
    socket.close()
    await expect.poll(() => door.history.subscribers).toBe(0)
    expect(door.live.count).toBe(0)
  })

  test('resumes by ?after=', async () => {
    for (let n = 1; n <= 3; n++) tell(n)
    const { socket, frames } = openWebSocket('?after=1')
    await expect.poll(() => frames.length).toBe(3)
    expect(frames.slice(1).map(countOf)).toEqual([2, 3])
    socket.close()
  })

  test.each([
    ['an evil Origin', { origin: 'http://evil.com' }, 403, 'origin_not_allowed'],
    ['the Origin null', { origin: 'null' }, 403, 'origin_not_allowed'],
    ['an evil Host', { host: 'evil.com' }, 403, 'host_not_allowed'],
    [
      'a rebound Host with its Origin',
      { host: 'evil.com', origin: 'http://evil.com' },
      403,
      'host_not_allowed',
    ],
    ['nothing that proves who it is', {}, 401, 'invalid_api_key'],
    ['an allowed Origin alone', { origin: 'https://chat.example.org' }, 401, 'invalid_api_key'],
    ['a bad key', { authorization: `Bearer imp_${'x'.repeat(43)}` }, 401, 'invalid_api_key'],
  ])('%s: refused, no 101', async (_name, headers, status, code) => {
    const answer = await handshake(headers as Record<string, string>)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body).error.code).toBe(code)
    expect(door.history.subscribers).toBe(0)
  })

  test('no WebSocket elsewhere: 404; a broken handshake: 400', async () => {
    expect((await handshake({ 'x-api-key': adminKey }, '/v1/measure')).status).toBe(404)
    const broken = await handshake({ 'x-api-key': adminKey, 'sec-websocket-version': '1' })
    expect([broken.status, JSON.parse(broken.body).error.code]).toEqual([400, 'bad_request'])
  })

  test("a page's session opens it with its cookie, from its own Origin only", async () => {
    const { code } = door.signIn.createCode(60)
    const answer = await fetch(`${door.url}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    const { csrfToken } = await answer.json()
    const { socket, frames } = openWebSocket('', { headers: { cookie }, origin: door.url })
    await expect.poll(() => frames.length).toBe(1)
    expect((await handshake({ cookie, origin: 'http://evil.com' })).status).toBe(403)
    // Signing out closes it.
    const closed = new Promise(resolve => socket.once('close', resolve))
    await fetch(`${door.url}/api/sessions/current`, {
      method: 'DELETE',
      headers: { cookie, [csrfHeader]: csrfToken },
    })
    expect(await closed).toBe(1008)
  })

  test('over the Unix socket without a key', async () => {
    const socket = new WebSocket(`ws+unix://${door.socketPath}:/api/events`)
    const message = new Promise(resolve => socket.once('message', data => resolve(JSON.parse(String(data)))))
    expect(await message).toMatchObject({ topic: 'stream.heartbeat' })
    socket.close()
  })

  test('what a client says is ignored; too much of it ends the connection', async () => {
    const { socket, frames } = openWebSocket()
    await expect.poll(() => frames.length).toBe(1)
    socket.send('hello')
    tell(1)
    await expect.poll(() => frames.length).toBe(2)
    const closed = new Promise(resolve => socket.once('close', resolve))
    socket.send('x'.repeat(100_000))
    expect(await closed).toBe(1009)
  })

  test('a reader that stops reading is cut, memory bounded', async () => {
    const { socket, frames } = openWebSocket()
    await expect.poll(() => frames.length).toBe(1)
    socket.pause()
    const before = process.memoryUsage().rss
    const names = 'm'.repeat(2000)
    for (let round = 0; round < 40; round++) {
      for (let n = 0; n < 500; n++) {
        door.bus.tell('settings.changed', { keys: [names], restartNeeded: [] })
      }
      await sleep(1)
    }
    await expect.poll(() => door.history.subscribers, { timeout: 5000 }).toBe(0)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    socket.terminate()
  })
})
