import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Door, openDoor } from './support/door.ts'
import { head, type RawAnswer, rawRequest } from './support/raw-http.ts'
import { longestStall } from './support/stall.ts'

const megabyte = 1024 * 1024

let door: Door

beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

afterEach(async () => {
  const answer = await fetch(`${door.url}/health`, { signal: AbortSignal.timeout(1000) })
  expect(answer.status).toBe(200)
})

function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const bytes = Buffer.from(body)
  const start = head('POST /v1/measure', door.port, {
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...headers,
  })
  return rawRequest(door.port, Buffer.concat([Buffer.from(start), bytes]), { timeout: 15_000 })
}

function errorOf(answer: RawAnswer) {
  const { error } = JSON.parse(answer.body)
  return { status: answer.status, code: error.code, param: error.param, message: error.message }
}

describe('what kind of body', () => {
  test.each([
    ['text/plain (a form can send it without asking)', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['JSON in name only', { 'content-type': 'application/jsonp' }],
    ['text/plain dressed up', { 'content-type': 'text/plain; application/json' }],
    ['no type', { 'content-type': '' }],
  ])('%s: 415', async (_name, headers) => {
    expect(errorOf(await post('{"messages":[]}', headers))).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    })
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    '%s is taken',
    async type => {
      expect((await post('{"messages":[]}', { 'content-type': type })).status).toBe(200)
    },
  )

  test('a gzip bomb: 415, and nothing of it is inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * megabyte))
    const before = process.memoryUsage().rss
    const stall = await longestStall(async () => {
      const answer = await post(bomb, { 'content-encoding': 'gzip' })
      expect(errorOf(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * megabyte)
    expect(stall).toBeLessThan(100)
  })

  test.each([
    ['empty', '', 'invalid_json'],
    ['truncated', '{"messages":[{"role":"us', 'invalid_json'],
    ['null', 'null', 'invalid_type'],
    ['a list', '[]', 'invalid_type'],
    ['a number', '1', 'invalid_type'],
    ['a string', '"x"', 'invalid_type'],
    ['white space', '   ', 'invalid_json'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'invalid_json'],
    ['two objects', '{}{}', 'invalid_json'],
    ['closing only', '}}}]]]', 'invalid_json'],
    ['a lone quote', '"', 'invalid_json'],
    ['a lone backslash in a string', '"\\', 'invalid_json'],
  ])('a body that is %s: 400', async (_name, body, code) => {
    expect(errorOf(await post(body))).toMatchObject({ status: 400, code })
  })

  test('a prompt in a broken body is neither in the answer nor in the log', async () => {
    const answer = await post('{"messages":[{"role":"user","content":"my secret plan"}')
    expect(answer.body).not.toContain('secret')
    expect(door.logLines.join('')).not.toContain('secret')
  })

  test.each([
    ['a missing field', '{}', 'messages', 'invalid_type'],
    ['a wrong type', '{"messages":"hello"}', 'messages', 'invalid_type'],
    [
      'a wrong type deep inside',
      '{"messages":[{"role":"user","content":"a"},{"role":1,"content":"b"}]}',
      'messages.1.role',
      'invalid_type',
    ],
    ['a word for a number', '{"messages":[],"temperature":"NaN"}', 'temperature', 'invalid_type'],
  ])('%s names the field', async (_name, body, param, code) => {
    expect(errorOf(await post(body))).toMatchObject({ status: 400, code, param })
  })

  test('unknown fields are no error', async () => {
    expect((await post('{"messages":[],"surprise":{"a":[1]}}')).status).toBe(200)
  })
})

describe('how large', () => {
  test('9e18 announced: 413 at once', async () => {
    const answer = await post('', { 'content-length': '9000000000000000000' })
    expect(errorOf(answer)).toMatchObject({ status: 413, code: 'request_too_large' })
    expect(answer.milliseconds).toBeLessThan(1000)
  })

  test('a number too large even for the parser is refused', async () => {
    const answer = await post('', { 'content-length': '99999999999999999999' })
    expect([400, 413]).toContain(answer.status)
  })

  test.each(['announced', 'in chunks'])('200 MB %s: 413, memory bounded, the loop free', async how => {
    const before = process.memoryUsage().rss
    let highest = before
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().rss)
    }, 10)
    const stall = await longestStall(async () => {
      const answer = await upload(200 * megabyte, how === 'in chunks')
      expect(errorOf(answer)).toMatchObject({ status: 413, code: 'request_too_large' })
    })
    clearInterval(watch)
    expect(highest - before).toBeLessThan(2 * 32 * megabyte)
    expect(stall).toBeLessThan(100)
  })

  test('just under the limit passes', async () => {
    const text = 'x'.repeat(7 * megabyte)
    const message = { role: 'user', content: text }
    const answer = await post(JSON.stringify({ messages: [message, message, message, message] }))
    expect(answer.body).toBe('{"messages":4}')
  }, 30_000)

  test('the limit is a setting that counts at once', async () => {
    const { limits } = (await import('../core/contract/settings.ts')).settingsSchema.parse({}).server
    door.changeSettings({ limits: { ...limits, bodyBytes: 64 * 1024 } })
    const answer = await post(JSON.stringify({ messages: [], filler: 'x'.repeat(70_000) }))
    door.changeSettings({ limits })
    expect(errorOf(answer)).toMatchObject({ status: 413 })
  })
})

describe('JSON made to hurt', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

  test.each([
    ['65 levels', `{"messages":${deep(64)}}`],
    ['5,000 levels', `{"messages":${deep(5000)}}`],
    ['5 million levels', `{"messages":${'['.repeat(5_000_000)}`],
    ['5 million objects in one another', '{"a":'.repeat(5_000_000)],
  ])('%s: 400 json_too_deep, the loop free', async (_name, body) => {
    const bytes = Buffer.from(body)
    const stall = await longestStall(async () => {
      expect(errorOf(await post(bytes))).toMatchObject({ status: 400, code: 'json_too_deep' })
    })
    expect(stall).toBeLessThan(100)
    expect(door.logLines.join('')).not.toContain('RangeError')
  })

  test('64 levels are not too deep', async () => {
    expect((await post(`{"messages":[],"x":${deep(63)}}`)).status).toBe(200)
  })

  test.each([
    [
      'a million messages',
      `{"model":"m","messages":[${'{"role":"user","content":"x"},'.repeat(1_000_000)}{}]}`,
      'messages',
    ],
    ['a million tools', `{"messages":[],"tools":[${'{"type":"function"},'.repeat(1_000_000)}{}]}`, 'tools'],
    ['a million numbers', `{"prompt":[${'1,'.repeat(1_000_000)}1]}`, 'prompt'],
    ['a million small lists', `{"prompt":[${'[1],'.repeat(1_000_000)}[1]]}`, 'prompt'],
    [
      'lists in an object in the chat',
      `{"messages":[{"content":[${'"x",'.repeat(1_000_000)}1]}]}`,
      'messages',
    ],
    [
      'one string of 10 MB',
      `{"messages":[{"role":"user","content":"${'x'.repeat(10 * megabyte)}"}]}`,
      'messages',
    ],
    ['one string of 10 MB of escapes', `{"input":"${'\\n'.repeat(5 * megabyte)}"}`, 'input'],
    ['a million fields', `{"logit_bias":{${'"1":1,'.repeat(1_000_000)}"2":1}}`, 'logit_bias'],
    ['200,000 fields', `{"logit_bias":{${'"1":1,'.repeat(200_000)}"2":1}}`, 'logit_bias'],
  ])('%s: 400 that names the field, the loop free', async (_name, body, param) => {
    const bytes = Buffer.from(body)
    const stall = await longestStall(async () => {
      expect(errorOf(await post(bytes))).toMatchObject({ status: 400, code: 'invalid_value', param })
    })
    expect(stall).toBeLessThan(100)
  })

  test('brackets, commas and quotes in strings count for nothing', async () => {
    const content = `${'[{,'.repeat(200_000)}\\"\\\\`
    const answer = await post(`{"messages":[{"role":"user","content":"${content}"}]}`)
    expect(answer.body).toBe('{"messages":1}')
  })
})

/** Sends `bytes` of text without an end, from one buffer, until the answer comes. */
function upload(bytes: number, chunked: boolean): Promise<RawAnswer> {
  const piece = Buffer.alloc(megabyte, 'x')
  const length: Record<string, string> = chunked
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': String(bytes) }
  return new Promise((resolve, reject) => {
    const socket = connect(door.port, '127.0.0.1')
    let text = ''
    let sent = 0
    const more = () => {
      while (sent < bytes && text === '' && !socket.destroyed) {
        sent += piece.length
        if (chunked) socket.write(`${piece.length.toString(16)}\r\n`)
        const free = socket.write(piece)
        if (chunked) socket.write('\r\n')
        if (!free) return
      }
    }
    socket.on('drain', more)
    socket.on('data', chunk => {
      text += chunk.toString()
      const end = text.indexOf('\r\n\r\n')
      const wanted = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.POSITIVE_INFINITY)
      if (end !== -1 && text.length >= end + 4 + wanted) {
        socket.destroy()
        resolve({
          status: Number(text.split(' ')[1]),
          headers: {},
          body: text.slice(end + 4),
          closed: false,
          milliseconds: 0,
        })
      }
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed without a whole answer: ${text}`)))
    socket.write(head('POST /v1/measure', door.port, { 'content-type': 'application/json', ...length }))
    more()
  })
}
