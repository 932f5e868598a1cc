import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Door, openDoor } from './support/door.ts'
import { head, type RawAnswer, rawRequest } from './support/raw-http.ts'

let door: Door

beforeAll(async () => {
  door = await openDoor({
    server: { allowedOrigins: ['https://chat.example.org'], allowedHosts: ['my.mac'] },
  })
})
afterAll(() => door.close())

// Whatever came before, the next client is served.
afterEach(async () => {
  const answer = await fetch(`${door.url}/health`, { signal: AbortSignal.timeout(1000) })
  expect(answer.status).toBe(200)
})

const ask = (bytes: string | Buffer, options = {}) => rawRequest(door.port, bytes, options)
const get = (path: string, headers = {}) => ask(head(`GET ${path}`, door.port, headers))
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  ask(
    head(`POST ${path}`, door.port, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    }) + body,
  )

function expectError(answer: RawAnswer, status: number, code: string) {
  expect(answer.status).toBe(status)
  const { error } = JSON.parse(answer.body)
  expect(error).toEqual({ message: expect.any(String), type: expect.any(String), param: null, code })
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-f]{24}$/)
}

describe('what is not HTTP', () => {
  test.each([
    ['garbage', Buffer.from('\x00\x01\x02 nonsense\r\n\r\n')],
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a bad header', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n')],
    [
      'a length and chunks',
      Buffer.from('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'),
    ],
    [
      'two lengths',
      Buffer.from('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc'),
    ],
    ['HTTP/2 by surprise', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ])('%s is answered with 400 and the connection closed', async (_name, bytes) => {
    const answer = await ask(bytes, { untilClosed: true })
    expectError(answer, 400, 'bad_request')
    expect(answer.closed).toBe(true)
  })

  test('a TLS hello is told that the port speaks plain HTTP', async () => {
    const answer = await ask(Buffer.from('16030100c8010000c40303', 'hex'), { untilClosed: true })
    expect(JSON.parse(answer.body).error.message).toContain('http://')
  })
})

describe('headers', () => {
  test.each([
    ['20 KB in one header', (port: number) => head('GET /health', port, { a: 'x'.repeat(20_000) })],
    [
      '3,000 headers',
      (port: number) => head('GET /health', port).replace('\r\n\r\n', `\r\n${'a: b\r\n'.repeat(3000)}\r\n`),
    ],
    ['a URL of 20 KB', (port: number) => head(`GET /${'x'.repeat(20_000)}`, port)],
    [
      '300 short headers',
      (port: number) => head('GET /health', port).replace('\r\n\r\n', `\r\n${'a: b\r\n'.repeat(300)}\r\n`),
    ],
  ])('%s: 431', async (_name, bytes) => {
    expectError(await ask(bytes(door.port), { timeout: 1000 }), 431, 'headers_too_large')
  })

  test('an unknown Expect: 417; 100-continue works', async () => {
    expectError(await post('/v1/measure', '{}', { expect: 'foo' }), 417, 'expectation_failed')
    const body = '{"messages":[]}'
    const answer = await ask(
      head('POST /v1/measure', door.port, {
        'content-type': 'application/json',
        'content-length': String(body.length),
        expect: '100-continue',
        connection: 'close',
      }) + body,
      { untilClosed: true },
    )
    expect(answer.status).toBe(100)
    expect(answer.body).toContain('{"messages":0}')
  })

  test("Java's offer of HTTP/2 (Upgrade: h2c) is taken as the plain request it is", async () => {
    const answer = await get('/health', {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAA',
    })
    expect(answer.status).toBe(200)
  })
})

describe('the host (DNS rebinding)', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('%s with the port passes', async name => {
    expect((await get('/health', { host: `${name}:${door.port}` })).status).toBe(200)
  })

  test('[::1] answers too', async () => {
    const answer = await ask(head('GET /health', door.port, { host: `[::1]:${door.port}` }), { host: '::1' })
    expect(answer.status).toBe(200)
  })

  test.each(['my.mac', 'my.mac:PORT'])('a configured name (%s) passes', async name => {
    expect((await get('/health', { host: name.replace('PORT', String(door.port)) })).status).toBe(200)
  })

  test.each([
    'evil.com',
    'evil.com:PORT',
    '127.0.0.1.nip.io:PORT',
    'localhost.evil.com:PORT',
    'localhost.:PORT',
    '[::1]evil:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1:PORT@evil.com',
    'evil.com#127.0.0.1:PORT',
    '0.0.0.0:PORT',
    '2130706433:PORT',
    '127.1:PORT',
    'my.mac:1',
  ])('%s: 403, before any key is looked at', async name => {
    const answer = await get('/api/keys', {
      host: name.replace('PORT', String(door.port)),
      authorization: 'Bearer wrong',
    })
    expectError(answer, 403, 'host_not_allowed')
  })

  test.each([
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['an empty Host', 'GET /health HTTP/1.1\r\nHost:\r\n\r\n'],
    ['two Hosts', 'GET /health HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT\r\n\r\n'],
    ['a second Host that is evil', 'GET /health HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nhOsT: evil.com\r\n\r\n'],
    ['HTTP/1.0 without a Host', 'GET /health HTTP/1.0\r\n\r\n'],
  ])('%s: 400', async (_name, bytes) => {
    expectError(await ask(bytes.replaceAll('PORT', String(door.port))), 400, 'bad_host')
  })

  test('a refused host is in the audit log', async () => {
    await get('/health', { host: 'rebound.example' })
    const [entry] = await door.audit.latest(1)
    expect(entry).toMatchObject({
      event: 'host.refused',
      fields: { host: 'rebound.example', remote: '127.0.0.1' },
    })
  })

  test('a changed setting counts at the next request', async () => {
    expect((await get('/health', { host: 'later.example' })).status).toBe(403)
    door.changeSettings({ allowedHosts: ['my.mac', 'later.example'] })
    expect((await get('/health', { host: 'later.example' })).status).toBe(200)
  })
})

describe('the page a request comes from', () => {
  test.each([
    'http://evil.com',
    'null',
    'http://localhost:1',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:PORT.evil.com',
    'file://',
    'chrome-extension://abc',
    'https://chat.example.org.evil.com',
    '',
  ])('Origin %j: 403 for every method, and no leave to read', async origin => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await ask(
        head(`${method} /v1/measure`, door.port, {
          origin: origin.replace('PORT', String(door.port)),
          'access-control-request-method': 'POST',
        }),
      )
      expectError(answer, 403, 'origin_not_allowed')
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('an evil Host with its own Origin: 403', async () => {
    const answer = await get('/health', { host: 'evil.com', origin: 'http://evil.com' })
    expectError(answer, 403, 'host_not_allowed')
  })

  test('two Origins: 403', async () => {
    const own = `http://127.0.0.1:${door.port}`
    const bytes = head('GET /health', door.port, { origin: own }).replace(
      '\r\n\r\n',
      `\r\nOrigin: ${own}\r\n\r\n`,
    )
    expectError(await ask(bytes), 403, 'origin_not_allowed')
  })

  test.each(['https://chat.example.org', 'vscode-webview://0a1b2c', 'vscode-file://vscode-app'])(
    '%s may call and read',
    async origin => {
      const answer = await post('/v1/measure', '{"messages":[]}', { origin })
      expect(answer.status).toBe(200)
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
      expect(answer.headers.vary).toBe('Origin')
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    },
  )

  test('errors behind the guard can be read by an allowed page, too', async () => {
    const answer = await get('/nowhere', { origin: 'https://chat.example.org' })
    expectError(answer, 404, 'not_found')
    expect(answer.headers['access-control-allow-origin']).toBe('https://chat.example.org')
  })

  test('our own page passes without CORS', async () => {
    const answer = await get('/health', { origin: `http://localhost:${door.port}` })
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('a preflight from an allowed page: the exact origin, never a star with credentials', async () => {
    const answer = await ask(
      head('OPTIONS /v1/measure', door.port, {
        origin: 'https://chat.example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
        'access-control-request-private-network': 'true',
      }),
    )
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://chat.example.org',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-allow-private-network': 'true',
      vary: 'Origin',
    })
    expect(answer.headers['access-control-allow-methods']).toContain('POST')
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
  })

  test('a cross-site request without an Origin (an image, a form of an old browser): 403; a followed link passes', async () => {
    const site = { 'sec-fetch-site': 'cross-site' }
    expectError(await post('/v1/measure', '{"messages":[]}', site), 403, 'origin_not_allowed')
    expectError(await get('/v1/measure', { ...site, 'sec-fetch-mode': 'no-cors' }), 403, 'origin_not_allowed')
    expect((await get('/', { ...site, 'sec-fetch-mode': 'navigate' })).status).toBe(200)
    expectError(
      await post('/v1/measure', '{}', { ...site, 'sec-fetch-mode': 'navigate' }),
      403,
      'origin_not_allowed',
    )
  })
})

describe('methods and paths', () => {
  test('CONNECT and TRACE: 405 with Allow', async () => {
    for (const line of ['CONNECT evil.com:443', 'TRACE /health']) {
      const answer = await ask(head(line, door.port))
      expectError(answer, 405, 'method_not_allowed')
      expect(answer.headers.allow).toContain('POST')
    }
  })

  test('absolute-form and * are refused: 400', async () => {
    expectError(await ask(head('GET http://evil.com/', door.port)), 400, 'bad_request')
    expectError(await ask(head('OPTIONS *', door.port)), 400, 'bad_request')
  })

  test.each([
    '/v1\\measure',
    '/%',
    '/%ff%fe',
    '/a%00b',
    '//evil.com/health',
    '/../../etc/passwd',
    `/${'a/'.repeat(3000)}`,
  ])('an odd path (%s) is a JSON 404 or 400', async path => {
    const answer = await get(path)
    expect([400, 404]).toContain(answer.status)
    expect(JSON.parse(answer.body).error.code).toMatch(/^(not_found|bad_request)$/)
  })

  test('a wrong method: 405 with what the path takes; OPTIONS without CORS too', async () => {
    for (const method of ['GET', 'PUT', 'OPTIONS']) {
      const answer = await ask(head(`${method} /v1/measure`, door.port))
      expectError(answer, 405, 'method_not_allowed')
      expect(answer.headers.allow).toBe('POST')
    }
    const answer = await ask(head('PATCH /health', door.port))
    expect(answer.headers.allow).toBe('GET, HEAD')
  })

  test('GET / and HEAD / answer 200, with a page that can run nothing foreign', async () => {
    const page = await fetch(door.url)
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(await page.text()).toContain(`${door.url}/v1`)
    const bare = await fetch(door.url, { method: 'HEAD' })
    expect(bare.status).toBe(200)
    expect(await bare.text()).toBe('')
  })
})

describe('connections', () => {
  test('a client that vanishes mid-head hurts nobody', async () => {
    for (let n = 0; n < 20; n++) {
      const socket = connect(door.port, '127.0.0.1')
      socket.write('GET /health HT')
      socket.on('error', () => socket.destroy())
      setTimeout(() => socket.resetAndDestroy(), 5)
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  })

  test('requests down one connection are answered in order', async () => {
    const bytes =
      head('GET /health', door.port) +
      head('GET /nowhere', door.port) +
      head('GET /health', door.port, { connection: 'close' })
    const answer = await ask(bytes, { untilClosed: true })
    const statuses = [...`HTTP/1.1 ${answer.status} ${answer.body}`.matchAll(/HTTP\/1\.1 (\d+)/g)].map(
      match => match[1],
    )
    expect(statuses).toEqual(['200', '404', '200'])
  })
})
