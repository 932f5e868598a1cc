import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Core, Sandbox } from './support/program.ts'
import { head, rawRequest } from './support/raw-http.ts'

// The rows of the guard once more, through the whole program: they hold only if every part is wired to the others.

const sandbox = new Sandbox()
let core: Core
let port: number
let pid: number

beforeAll(async () => {
  core = await sandbox.serve()
  port = core.facts.port
  pid = core.pid
}, 60_000)
afterAll(() => sandbox[Symbol.asyncDispose]())

afterEach(async () => {
  const answer = await fetch(`${core.facts.url}/health`, { signal: AbortSignal.timeout(1000) })
  expect(answer.status).toBe(200)
  const status = (await core.request('GET', '/api/status')).json<{
    pid: number
    requests: { active: number }
  }>()
  expect(status).toMatchObject({ pid, requests: { active: 0 } })
})

const chat = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })

function post(body: string | Buffer, headers: Record<string, string> = {}, path = '/v1/chat/completions') {
  const bytes = Buffer.from(body)
  const start = head(`POST ${path}`, port, {
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...headers,
  })
  return rawRequest(port, Buffer.concat([Buffer.from(start), bytes]), { timeout: 10_000 })
}

test('a good request first', async () => {
  const answer = await post(chat)
  expect(answer.status).toBe(200)
  expect(answer.headers['x-request-id']).toMatch(/^req_/)
})

test.each([
  ['a rebound Host', chat, { host: 'evil.com' }, 403, 'host_not_allowed'],
  ['a Host with another port', chat, { host: '127.0.0.1:1' }, 403, 'host_not_allowed'],
  ['an evil Origin', chat, { origin: 'http://evil.com' }, 403, 'origin_not_allowed'],
  ['the Origin null', chat, { origin: 'null' }, 403, 'origin_not_allowed'],
  ['JSON as text/plain', chat, { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
  [
    'a gzip bomb',
    gzipSync(Buffer.alloc(50_000_000)),
    { 'content-encoding': 'gzip' },
    415,
    'unsupported_media_type',
  ],
  ['9e18 bytes announced', '', { 'content-length': '9000000000000000000' }, 413, 'request_too_large'],
  ['5,000 levels', `{"messages":${'['.repeat(5000)}${']'.repeat(5000)}}`, {}, 400, 'json_too_deep'],
  ['an empty body', '', {}, 400, 'invalid_json'],
  ['a list', '[]', {}, 400, 'invalid_type'],
  ['an unknown Expect', chat, { expect: 'foo' }, 417, 'expectation_failed'],
] as [string, string | Buffer, Record<string, string>, number, string][])(
  '%s is refused',
  async (_name, body, headers, status, code) => {
    const answer = await post(body, headers)
    expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([status, code])
  },
)

test.each([
  [
    'a million messages',
    `{"messages":[${'{"role":"user","content":"x"},'.repeat(1_000_000)}{}]}`,
    'messages',
  ],
  ['a million tools', `{"messages":[],"tools":[${'{"type":"function"},'.repeat(1_000_000)}{}]}`, 'tools'],
  ['a string of 10 MB', `{"messages":[{"role":"user","content":"${'x'.repeat(10_000_000)}"}]}`, 'messages'],
])('%s: 400 that names the field, while others are served', async (_name, body, param) => {
  const waits: number[] = []
  let busy = true
  const others = (async () => {
    while (busy) {
      const started = performance.now()
      await fetch(`${core.facts.url}/health`)
      waits.push(performance.now() - started)
    }
  })()
  const answer = await post(body)
  busy = false
  await others
  expect([answer.status, JSON.parse(answer.body).error.param]).toEqual([400, param])
  expect(Math.max(...waits)).toBeLessThan(1000)
})

test.each([
  ['garbage', 'GARBAGE\r\n\r\n'],
  ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
])('%s: 400', async (_name, bytes) => {
  const answer = await rawRequest(port, bytes)
  expect(answer.status).toBe(400)
  expect(JSON.parse(answer.body).error.message).toBeTruthy()
})

test('200 MB: 413, and the core does not grow by it', async () => {
  const before = await coreBytes()
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const piece = Buffer.alloc(1024 * 1024, 'x')
    let sent = 0
    let text = ''
    const more = () => {
      while (sent < 200 && text === '') {
        sent++
        if (!socket.write(Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')]))) return
      }
    }
    socket.on('drain', more).on('error', reject)
    socket.on('data', chunk => {
      text += chunk
      socket.destroy()
      resolve(text)
    })
    socket.write(
      head('POST /v1/chat/completions', port, {
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
      }),
    )
    more()
  })
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
  expect((await coreBytes()) - before).toBeLessThan(64 * 1024 * 1024)
})

async function coreBytes(): Promise<number> {
  return (await core.request('GET', '/api/status')).json<{ memory: { coreBytes: number } }>().memory.coreBytes
}

test('a WebSocket with an evil Origin or without rights gets no 101; the socket gets one', async () => {
  const refused = (options: object) =>
    new Promise(resolve => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/events`, options)
      socket.once('open', () => resolve('open'))
      socket.once('unexpected-response', (_request, answer) => resolve(answer.statusCode))
      socket.once('error', () => resolve('error'))
    })
  expect(await refused({ origin: 'http://evil.com' })).toBe(403)
  expect(await refused({})).toBe(401)
  const socket = new WebSocket(`ws+unix://${sandbox.paths.socket}:/api/events`)
  await new Promise(resolve => socket.once('message', resolve))
  socket.close()
})

test('the printed link signs a browser in, once', async () => {
  const code = core.facts.signInLink.split('#code=')[1] ?? ''
  const exchange = () => post(JSON.stringify({ code }), {}, '/api/sign-in')
  const done = await exchange()
  expect(done.status).toBe(200)
  expect(done.headers['set-cookie']).toContain(`impetus_session_${port}=`)
  expect((await exchange()).status).toBe(401)
})

test('a key made over the socket, required, used and revoked', async () => {
  const made = (await core.request('POST', '/api/keys', { body: { name: 'test' } })).json<{
    key: string
    info: { id: string }
  }>()
  await core.request('PATCH', '/api/settings', { body: { server: { requireKey: true } } })
  expect((await post(chat)).status).toBe(401)
  expect((await post(chat, { authorization: `Bearer ${made.key}` })).status).toBe(200)
  expect((await post(chat, { 'x-api-key': made.key })).status).toBe(200)
  await core.request('DELETE', `/api/keys/${made.info.id}`)
  expect((await post(chat, { 'x-api-key': made.key })).status).toBe(401)
  await core.request('PATCH', '/api/settings', { body: { server: { requireKey: false } } })
  expect((await post(chat)).status).toBe(200)
  expect(core.log).not.toContain(made.key)
})

test('what was refused and done is in the audit log', async () => {
  const { entries } = (await core.request('GET', '/api/audit?limit=1000')).json<{
    entries: { event: string }[]
  }>()
  const events = new Set(entries.map(entry => entry.event))
  expect([...events].sort()).toEqual(
    expect.arrayContaining([
      'host.refused',
      'key.created',
      'key.refused',
      'key.revoked',
      'model.loaded',
      'origin.refused',
      'settings.changed',
      'sign-in.done',
      'sign-in.refused',
    ]),
  )
})
