import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RequestOf } from '../core/contract/endpoint.ts'
import type { createKey } from '../core/contract/keys.ts'
import { csrfHeader } from '../core/contract/sign-in.ts'
import { type Door, type DoorOptions, openDoor } from './support/door.ts'
import { rawRequest } from './support/raw-http.ts'

let door: Door

async function open(server: DoorOptions['server'] = {}) {
  door = await openDoor({ server })
}
afterEach(async () => {
  const answer = await fetch(`${door.url}/health`, { signal: AbortSignal.timeout(1000) })
  expect(answer.status).toBe(200)
  await door.close()
})

const json = { 'content-type': 'application/json' }

function call(
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
) {
  const body = options.body === undefined ? null : JSON.stringify(options.body)
  return fetch(door.url + path, {
    method,
    headers: { ...(body === null ? {} : json), ...options.headers },
    body,
    signal: AbortSignal.timeout(5000),
  })
}

const measure = (headers: Record<string, string> = {}) =>
  call('POST', '/v1/measure', { headers, body: { messages: [] } })
const change = (headers: Record<string, string> = {}) => call('POST', '/api/change', { headers, body: {} })

/** As the command line does: over the socket. */
async function overSocket(method: string, path: string, body?: unknown) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const type =
    body === undefined
      ? ''
      : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`
  const answer = await rawRequest(0, `${method} ${path} HTTP/1.1\r\n${type}\r\n${text}`, {
    path: door.socketPath,
  })
  return { status: answer.status, body: JSON.parse(answer.body) }
}

async function makeKey(wish: RequestOf<typeof createKey>): Promise<{ key: string; id: string }> {
  const { body } = await overSocket('POST', '/api/keys', wish)
  return { key: body.key, id: body.info.id }
}

async function codeOf(answer: Response): Promise<string> {
  return `${answer.status} ${(await answer.json()).error.code}`
}

describe('where a key is required', () => {
  beforeEach(() => open({ requireKey: true }))

  test.each([
    ['no key', {}],
    ['an empty key', { authorization: 'Bearer ' }],
    ['a bad key', { authorization: 'Bearer wrong' }],
    ['a key in our form that is not ours', { authorization: `Bearer imp_${'A'.repeat(43)}` }],
    ['Basic', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['10 KB of key', { authorization: `Bearer ${'x'.repeat(10_000)}` }],
    ['a bad x-api-key', { 'x-api-key': 'wrong' }],
  ])('%s: 401 with WWW-Authenticate', async (_name, headers: Record<string, string>) => {
    const answer = await measure(headers)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(await codeOf(answer)).toBe('401 invalid_api_key')
  })

  test('a right key counts as Bearer and as x-api-key, with the same scopes', async () => {
    const { key } = await makeKey({ name: 'editor' })
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { 'x-api-key': key },
    ]) {
      expect((await measure(headers)).status).toBe(200)
      expect(await codeOf(await change(headers))).toBe('403 insufficient_scope')
    }
    // Some clients fill the one header and send a placeholder in the other.
    expect((await measure({ authorization: 'Bearer undefined', 'x-api-key': key })).status).toBe(200)
  })

  test('a key in the query is no key, and is not in the log', async () => {
    const { key } = await makeKey({ name: 'editor' })
    const answer = await call('POST', `/v1/measure?api_key=${key}&key=${key}`, { body: { messages: [] } })
    expect(await codeOf(answer)).toBe('401 invalid_api_key')
    await measure({ authorization: `Bearer ${key}` })
    expect(door.logLines.length).toBeGreaterThan(0)
    expect(door.logLines.join('')).not.toContain(key)
    expect(await readFile(join(door.home, 'audit.jsonl'), 'utf8')).not.toContain(key)
  })

  test('public operations and the page need none, whatever is sent', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[]) {
      expect((await call('GET', '/health', { headers })).status).toBe(200)
      expect((await call('GET', '/', { headers })).status).toBe(200)
    }
  })

  test('50 bad keys in a minute: 429 with Retry-After, while the good key still works', async () => {
    const { key } = await makeKey({ name: 'editor' })
    const codes = new Map<string, number>()
    for (let n = 0; n < 55; n++) {
      const code = await codeOf(await measure({ authorization: `Bearer guess${n}` }))
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect(Object.fromEntries(codes)).toEqual({ '401 invalid_api_key': 50, '429 rate_limited': 5 })
    const locked = await measure({ authorization: 'Bearer guess' })
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(30)
    expect((await measure({ authorization: `Bearer ${key}` })).status).toBe(200)
    const [entry] = await door.audit.latest(1)
    expect(entry).toMatchObject({ event: 'key.refused', fields: { reason: 'too many', remote: '127.0.0.1' } })
  })

  test('an expired key: 401 that says so', async () => {
    const { key } = await makeKey({ name: 'brief', expiresInDays: 1e-9 })
    const answer = await measure({ authorization: `Bearer ${key}` })
    const { error } = await answer.json()
    expect(answer.status).toBe(401)
    expect(error.message).toContain('expired')
  })

  test('keys outlive a restart, as fingerprints only', async () => {
    const { key } = await makeKey({ name: 'editor' })
    const { Keys } = await import('../core/security/keys.ts')
    const { systemClock } = await import('../core/platform/clock.ts')
    const again = new Keys(door.database, systemClock)
    again.start()
    expect(again.check(key)).toMatchObject({ kind: 'good', name: 'editor' })
    const dump = JSON.stringify(door.database.all('SELECT * FROM keys'))
    expect(dump).not.toContain(key)
    expect(dump).not.toContain(key.slice(10))
  })
})

describe('where none is required', () => {
  beforeEach(() => open())

  test.each([
    ['nothing', {}],
    ['Bearer undefined', { authorization: 'Bearer undefined' }],
    ['Bearer noop', { authorization: 'Bearer noop' }],
    ['an empty Bearer', { authorization: 'Bearer' }],
    ['an empty x-api-key', { 'x-api-key': '' }],
    ["another service's key", { authorization: 'Bearer sk-proj-abc' }],
  ])('inference takes %s', async (_name, headers: Record<string, string>) => {
    expect((await measure(headers)).status).toBe(200)
  })

  test('what changes something is closed to all but an admin key, a session and the socket', async () => {
    expect(await codeOf(await change())).toBe('401 invalid_api_key')
    expect(await codeOf(await change({ authorization: 'Bearer undefined' }))).toBe('401 invalid_api_key')
    const inference = await makeKey({ name: 'editor', scopes: ['inference'] })
    expect(await codeOf(await change({ 'x-api-key': inference.key }))).toBe('403 insufficient_scope')
    const admin = await makeKey({ name: 'script', scopes: ['admin'] })
    expect((await change({ 'x-api-key': admin.key })).status).toBe(200)
    expect((await overSocket('POST', '/api/change', {})).status).toBe(200)
  })

  test('every admin operation refuses an inference key', async () => {
    const { key } = await makeKey({ name: 'editor' })
    const document = await (await call('GET', '/api/openapi.json')).json()
    let tried = 0
    for (const [path, operations] of Object.entries<Record<string, { 'x-scope': string }>>(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        if (operation['x-scope'] !== 'admin') continue
        tried++
        const body = method === 'get' || method === 'delete' ? {} : { body: {} }
        const url = path.replaceAll(/\{\w+\}/g, 'x')
        const answer = await call(method.toUpperCase(), url, { headers: { 'x-api-key': key }, ...body })
        expect([method, path, await codeOf(answer)]).toEqual([method, path, '403 insufficient_scope'])
        const bare = await call(method.toUpperCase(), url, body)
        expect([method, path, await codeOf(bare)]).toEqual([method, path, '401 invalid_api_key'])
      }
    }
    expect(tried).toBeGreaterThan(8)
  })

  test('a key revoked during a stream: the stream ends within a second, the next request is 401', async () => {
    const { key, id } = await makeKey({ name: 'editor' })
    const headers = { authorization: `Bearer ${key}` }
    const stream = await call('POST', '/v1/count', { headers, body: { pause: 5 } })
    const other = await call('POST', '/v1/count', { body: { pause: 5 } })
    const text = stream.text()
    await expect.poll(() => door.streams.running).toBe(2)
    const started = performance.now()
    const revoked = await overSocket('DELETE', `/api/keys/${id}`)
    expect(revoked).toEqual({ status: 200, body: { id, requestsEnded: 1 } })
    const events = (await text).trim().split('\n\n')
    expect(performance.now() - started).toBeLessThan(1000)
    expect(JSON.parse(events.at(-2)?.slice(6) ?? '').error.code).toBe('invalid_api_key')
    expect(events.at(-1)).toBe('data: [DONE]')
    expect(door.streams.running).toBe(1)
    expect(await codeOf(await measure(headers))).toBe('401 invalid_api_key')
    expect((await overSocket('DELETE', `/api/keys/${id}`)).status).toBe(404)
    await other.body?.cancel()
    const events2 = (await door.audit.latest(10)).map(entry => entry.event)
    expect(events2).toEqual(expect.arrayContaining(['key.created', 'key.revoked', 'key.refused']))
  })

  test('the list shows names and use, never a key', async () => {
    const { key, id } = await makeKey({ name: 'editor' })
    await measure({ authorization: `Bearer ${key}` })
    const { body } = await overSocket('GET', '/api/keys')
    expect(body.keys).toEqual([
      expect.objectContaining({ id, name: 'editor', scopes: ['inference'], preview: `${key.slice(0, 8)}…` }),
    ])
    expect(body.keys[0].lastUsedAt).toBeGreaterThan(Date.now() - 60_000)
    expect(JSON.stringify(body)).not.toContain(key)
  })
})

describe('sign-in', () => {
  beforeEach(() => open())

  const exchange = (code: string) => call('POST', '/api/sign-in', { body: { code } })

  async function signedIn() {
    const answer = await exchange(door.signIn.createCode(60).code)
    const setCookie = answer.headers.get('set-cookie') ?? ''
    const { csrfToken } = await answer.json()
    return { setCookie, cookie: setCookie.split(';')[0] ?? '', csrfToken: String(csrfToken) }
  }

  test('a code becomes a cookie that no script can read and no other site can send', async () => {
    const { setCookie, cookie, csrfToken } = await signedIn()
    expect(setCookie).toMatch(
      new RegExp(
        `^impetus_session_${door.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+$`,
      ),
    )
    const who = await (await call('GET', '/api/session', { headers: { cookie } })).json()
    expect(who).toEqual({ kind: 'session', name: null, scopes: ['inference', 'admin'], csrfToken })
  })

  test('the link from the socket works once', async () => {
    const { body } = await overSocket('POST', '/api/sign-in/codes')
    expect(body.url).toBe(`${door.url}/#code=${body.code}`)
    expect((await exchange(body.code)).status).toBe(200)
    expect(await codeOf(await exchange(body.code))).toBe('401 invalid_code')
  })

  test('a session changes things only with its CSRF token', async () => {
    const { cookie, csrfToken } = await signedIn()
    expect(await codeOf(await change({ cookie }))).toBe('403 csrf_token_missing')
    expect(await codeOf(await change({ cookie, [csrfHeader]: 'wrong' }))).toBe('403 csrf_token_missing')
    expect((await change({ cookie, [csrfHeader]: csrfToken })).status).toBe(200)
    expect((await call('GET', '/api/keys', { headers: { cookie } })).status).toBe(200)
  })

  test("another session's CSRF token does not do", async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    expect(await codeOf(await change({ cookie: one.cookie, [csrfHeader]: two.csrfToken }))).toBe(
      '403 csrf_token_missing',
    )
  })

  test('a cookie of another port or with another value is nothing', async () => {
    const { cookie } = await signedIn()
    const value = cookie.split('=')[1] ?? ''
    for (const bad of [`impetus_session_1=${value}`, `${cookie}x`, `impetus_session_${door.port}=`]) {
      expect(await codeOf(await call('GET', '/api/keys', { headers: { cookie: bad } }))).toBe(
        '401 invalid_api_key',
      )
    }
  })

  test('a code past its time: 401', async () => {
    expect(await codeOf(await exchange(door.signIn.createCode(-1).code))).toBe('401 invalid_code')
  })

  test('a thousand guesses: 401 each, then locked for the right code too, audited within bounds', async () => {
    const { code } = door.signIn.createCode(600)
    for (let n = 0; n < 1000; n++) {
      const answer = await exchange(`guess${n}`)
      expect(await codeOf(answer)).toBe(n < 10 ? '401 invalid_code' : '401 sign_in_locked')
    }
    const locked = await exchange(code)
    expect(await codeOf(locked)).toBe('401 sign_in_locked')
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(30)
    const entries = await door.audit.latest(1000)
    expect(entries.length).toBeGreaterThan(50)
    expect(entries.length).toBeLessThan(150)
    expect(entries[0]).toMatchObject({ event: 'sign-in.refused', fields: { reason: 'locked' } })
  }, 30_000)

  test('a browser can be signed out, by itself and by another', async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    const { sessions } = await (
      await call('GET', '/api/sessions', { headers: { cookie: one.cookie } })
    ).json()
    expect(sessions.map((session: { isThisOne: boolean }) => session.isThisOne)).toEqual([false, true])
    const headers = { cookie: one.cookie, [csrfHeader]: one.csrfToken }
    expect((await call('DELETE', `/api/sessions/${sessions[0].id}`, { headers })).status).toBe(200)
    expect((await call('GET', '/api/sessions', { headers: { cookie: two.cookie } })).status).toBe(401)
    const out = await call('DELETE', '/api/sessions/current', { headers })
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await call('GET', '/api/sessions', { headers: { cookie: one.cookie } })).status).toBe(401)
  })
})
