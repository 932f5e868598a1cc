import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settingsSchema } from '../core/contract/settings.ts'
import { type Door, openDoor } from './support/door.ts'
import { head, hold, rawRequest } from './support/raw-http.ts'

/** Lowered, so that the tests need not wait for a minute; the last test proves the defaults. */
const slowSeconds = 2
/** What other programs on the machine may add to a wait. */
const busyMachineSeconds = 3

describe('slow clients, with the limits lowered', () => {
  let door: Door

  beforeAll(async () => {
    door = await openDoor({ limits: { slowRequestSeconds: slowSeconds, stalledReaderSeconds: 1 } })
  })
  afterAll(() => door.close())

  test('200 sockets that send a byte now and then: /health stays quick, all are shut in time', async () => {
    const sockets: Socket[] = []
    const started = performance.now()
    const shutAfter: number[] = []
    for (let n = 0; n < 200; n++) {
      const socket = await hold(door.port, 'GET /health HTTP/1.1\r\nHost: ')
      const opened = performance.now()
      socket.on('close', () => shutAfter.push(performance.now() - opened))
      sockets.push(socket)
    }
    const drip = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('a')
    }, 200)
    const waits: number[] = []
    while (performance.now() - started < slowSeconds * 1000) {
      const before = performance.now()
      expect((await fetch(`${door.url}/health`)).status).toBe(200)
      waits.push(performance.now() - before)
      await sleep(20)
    }
    await expect.poll(() => shutAfter.length, { timeout: 10_000 }).toBe(200)
    clearInterval(drip)
    waits.sort((a, b) => a - b)
    expect(waits[Math.floor(waits.length * 0.99)]).toBeLessThan(1000)
    expect(Math.max(...shutAfter)).toBeLessThan((slowSeconds + busyMachineSeconds) * 1000)
  })

  test('a head that does not come to an end: 408, closed', async () => {
    const answer = await rawRequest(door.port, 'GET /health HTTP/1.1\r\nHost: x', { untilClosed: true })
    expect(answer.status).toBe(408)
    expect(JSON.parse(answer.body).error.code).toBe('request_timeout')
    expect(answer.closed).toBe(true)
    expect(answer.milliseconds).toBeLessThan((slowSeconds + busyMachineSeconds) * 1000)
  })

  test('a connection that never says a word is closed', async () => {
    const answer = await rawRequest(door.port, '', { untilClosed: true })
    expect(answer.closed).toBe(true)
  })

  test('an upload that stops half-way: 408, closed', async () => {
    const bytes = head('POST /v1/measure', door.port, {
      'content-type': 'application/json',
      'content-length': '1000',
    })
    const answer = await rawRequest(door.port, `${bytes}{"messages"`, { untilClosed: true, timeout: 8000 })
    expect(answer.status).toBe(408)
    expect(JSON.parse(answer.body).error.code).toBe('request_timeout')
    expect(answer.closed).toBe(true)
    expect(answer.milliseconds).toBeLessThan((slowSeconds + busyMachineSeconds) * 1000)
  })

  test('a slow upload that keeps coming is waited for', async () => {
    const body = '{"messages":[]}'
    const socket = await hold(
      door.port,
      head('POST /v1/measure', door.port, {
        'content-type': 'application/json',
        'content-length': String(body.length),
        connection: 'close',
      }),
    )
    let text = ''
    socket.on('data', chunk => {
      text += chunk.toString()
    })
    const closed = new Promise(resolve => socket.once('close', resolve))
    for (const letter of body) {
      socket.write(letter)
      await sleep(200)
    }
    await closed
    expect(text).toContain('{"messages":0}')
  })

  test('a reader that stops reading a stream is cut, its work stopped, memory flat', async () => {
    const before = process.memoryUsage().rss
    const socket = await hold(door.port, countRequest(door.port, { pause: 0, bytes: 1000 }))
    socket.pause()
    const closed = new Promise(resolve => socket.once('close', resolve))
    await sleep(500)
    expect(door.streams.running).toBe(1)
    const produced = door.streams.produced
    await sleep(300)
    // The writer waits for the reader and asks its source for no more.
    expect(door.streams.produced).toBe(produced)
    await expect.poll(() => door.streams.running, { timeout: 5000 }).toBe(0)
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024)
    socket.resume()
    await closed
  })

  test('a reader that takes no answer of one piece is cut, too', async () => {
    // Many requests down one connection, none of the answers read.
    const socket = connect(door.port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    socket.pause()
    const one = head('GET /api/openapi.json', door.port)
    socket.write(one.repeat(400))
    await expect.poll(() => door.live.count, { timeout: 5000 }).toBeGreaterThan(0)
    await expect.poll(() => door.live.count, { timeout: 10_000 }).toBe(0)
    socket.destroy()
  })
})

function countRequest(port: number, wish: object): string {
  const body = JSON.stringify(wish)
  return (
    head('POST /v1/count', port, {
      'content-type': 'application/json',
      'content-length': String(body.length),
    }) + body
  )
}

test('the defaults: 15 s for a head, 15 s without a byte of the body, 30 s without a read', async () => {
  expect(settingsSchema.parse({}).server.limits).toMatchObject({
    bodyBytes: 32 * 1024 * 1024,
    stringBytes: 8 * 1024 * 1024,
    nesting: 64,
    connections: 1024,
    headerBytes: 16 * 1024,
    slowRequestSeconds: 15,
    stalledReaderSeconds: 30,
  })
  await using door = await openDefaultDoor()
  const upload = head('POST /v1/measure', door.port, {
    'content-type': 'application/json',
    'content-length': '10',
  })
  const reader = await hold(door.port, countRequest(door.port, { pause: 0, bytes: 1000 }))
  reader.pause()
  const readerStarted = performance.now()
  const [slowHead, slowBody] = await Promise.all([
    rawRequest(door.port, 'GET /health HTTP/1.1\r\nHost: x', { untilClosed: true, timeout: 20_000 }),
    rawRequest(door.port, `${upload}{`, { untilClosed: true, timeout: 20_000 }),
  ])
  expect(slowHead.status).toBe(408)
  expect(slowHead.milliseconds).toBeGreaterThan(10_000)
  expect(slowHead.milliseconds).toBeLessThan(15_000 + busyMachineSeconds * 1000)
  expect(slowBody.status).toBe(408)
  expect(slowBody.milliseconds).toBeGreaterThan(14_000)
  expect(slowBody.milliseconds).toBeLessThan(15_000 + busyMachineSeconds * 1000)
  while (door.streams.running > 0 && performance.now() - readerStarted < 40_000) await sleep(100)
  expect(performance.now() - readerStarted).toBeGreaterThan(25_000)
  expect(performance.now() - readerStarted).toBeLessThan(30_000 + busyMachineSeconds * 1000)
  reader.destroy()
}, 60_000)

async function openDefaultDoor() {
  const door = await openDoor()
  return { ...door, [Symbol.asyncDispose]: () => door.close() }
}
