import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Door, openDoor } from './support/door.ts'
import { head, hold, rawRequest } from './support/raw-http.ts'

let door: Door

beforeEach(async () => {
  door = await openDoor()
})
afterEach(() => door.close())

function countRequest(wish: object): string {
  const body = JSON.stringify(wish)
  return (
    head('POST /v1/count', door.port, {
      'content-type': 'application/json',
      'content-length': String(body.length),
    }) + body
  )
}

const running = () => door.streams.running

describe('a client that goes mid-stream', () => {
  test.each(['reset', 'end', 'destroy'] as const)('by %s: the work stops within 250 ms', async how => {
    const waits: number[] = []
    for (let n = 0; n < 5; n++) {
      const socket = await hold(door.port, countRequest({ pause: 20 }))
      await once(socket, 'data')
      await expect.poll(running).toBe(1)
      const started = performance.now()
      if (how === 'reset') socket.resetAndDestroy()
      else if (how === 'end') socket.end()
      else socket.destroy()
      await expect.poll(running, { interval: 5 }).toBe(0)
      waits.push(door.streams.lastStopped - started)
      await expect.poll(() => door.live.count).toBe(0)
      socket.destroy()
    }
    // The middle one of five: what this machine's other work adds to one is not ours.
    expect(waits.sort((a, b) => a - b)[2]).toBeLessThan(250)
  })

  test('200 at once: all stopped within a second, no connection left', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 200 }, () => hold(door.port, countRequest({ pause: 20 }))),
    )
    await expect.poll(running, { timeout: 15_000 }).toBe(200)
    const started = performance.now()
    for (const socket of sockets) socket.resetAndDestroy()
    await expect.poll(running, { interval: 5 }).toBe(0)
    expect(door.streams.lastStopped - started).toBeLessThan(1000)
    await expect.poll(() => door.listeners.connections).toBe(0)
  })
})

describe('what a stream looks like', () => {
  test('headers come before the first event; the connection lives on after the last', async () => {
    const socket = await hold(door.port, countRequest({ pause: 300, events: 1 }))
    const [first] = await once(socket, 'data')
    expect(String(first)).toContain('content-type: text/event-stream')
    expect(String(first)).not.toContain('data:')
    await once(socket, 'data')
    socket.write(head('GET /health', door.port))
    let text = ''
    socket.on('data', chunk => {
      text += chunk
    })
    await expect.poll(() => text).toContain('{"status":"ok"}')
    socket.destroy()
  })

  test('events that come fast share writes', async () => {
    const socket = await hold(door.port, countRequest({ pause: 0, events: 20_000, bytes: 10 }))
    let chunks = 0
    let text = ''
    socket.on('data', chunk => {
      chunks += String(chunk).split('\r\n').length
      text += chunk
    })
    await expect.poll(() => text.includes('[DONE]'), { timeout: 5000 }).toBe(true)
    expect(text.match(/^data: /gm)?.length).toBe(20_001)
    expect(chunks).toBeLessThan(200)
    socket.destroy()
  })
})

describe('the end of the core', () => {
  test('draining refuses new work with 503, waits for streams, keeps /health', async () => {
    const stream = fetch(`${door.url}/v1/count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ pause: 10, events: 30 }),
    }).then(answer => answer.text())
    await expect.poll(running).toBe(1)
    const drained = door.listeners.drain(AbortSignal.timeout(5000))
    const refused = await fetch(`${door.url}/v1/measure`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"messages":[]}',
    })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect((await refused.json()).error.code).toBe('shutting_down')
    expect((await fetch(`${door.url}/health`)).status).toBe(200)
    // Whoever wants to hurry gets through to the app (this one has no such route).
    expect((await fetch(`${door.url}/api/stop`, { method: 'POST' })).status).toBe(404)
    await drained
    expect(await stream).toMatch(/\[DONE\]\s*$/)
  })

  test('a stream that outlives the grace ends with one error event', async () => {
    const stream = fetch(`${door.url}/v1/count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ pause: 10 }),
    }).then(answer => answer.text())
    await expect.poll(running).toBe(1)
    const started = performance.now()
    await door.listeners.drain(AbortSignal.timeout(200))
    await door.listeners.stop()
    expect(performance.now() - started).toBeLessThan(1000)
    const events = (await stream).trim().split('\n\n')
    expect(events.filter(event => event.includes('"error"'))).toHaveLength(1)
    expect(JSON.parse(events.at(-2)?.slice(6) ?? '').error.code).toBe('shutting_down')
    expect(events.at(-1)).toBe('data: [DONE]')
    expect(running()).toBe(0)
  })

  test('event streams say goodbye and hold up nothing', async () => {
    const { key } = door.keys.create({ name: 'reader', scopes: ['admin'], expiresAt: null })
    const socket = new WebSocket(`ws://127.0.0.1:${door.port}/api/events`, { headers: { 'x-api-key': key } })
    await once(socket, 'message')
    const events = fetch(`${door.url}/api/events`, { headers: { 'x-api-key': key } }).then(answer =>
      answer.text(),
    )
    await expect.poll(() => door.history.subscribers).toBe(2)
    const closed = once(socket, 'close')
    const started = performance.now()
    await door.listeners.drain(AbortSignal.timeout(5000))
    await door.listeners.stop()
    expect(performance.now() - started).toBeLessThan(1000)
    expect((await closed)[0]).toBe(1001)
    expect(await events).toContain('stream.heartbeat')
    expect(door.history.subscribers).toBe(0)
  })

  test('an idle connection and a half-sent request do not hold up the end', async () => {
    const idle = await hold(door.port, head('GET /health', door.port))
    const half = await hold(door.port, 'POST /v1/mea')
    await sleep(50)
    const started = performance.now()
    await door.listeners.stop()
    expect(performance.now() - started).toBeLessThan(1500)
    idle.destroy()
    half.destroy()
    expect((await rawRequest(door.port, 'x', { timeout: 500 })).status).toBe(0)
  })
})
