import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostFacts } from '../core/contract/tray.ts'
import { type StartedCore, startCore } from './support/core.ts'
import { EventReader } from './support/events.ts'

const facts: HostFacts = {
  chip: 'Apple M3 Pro',
  gpu: null,
  thermal: 'fair',
  power: { source: 'mains', charge: 1 },
  lowPowerMode: false,
  memoryPressure: 'normal',
  asleep: false,
}

let core: StartedCore

beforeAll(async () => {
  core = await startCore({ engine: 'scripted', wordMilliseconds: 400 })
})
afterAll(() => core[Symbol.asyncDispose]())

function post(send: typeof fetch, path: string, body: unknown, headers: Record<string, string> = {}) {
  return send(`${core.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

test('only the socket may speak for the machine, whatever a key may do', async () => {
  const made = await post(core.socketFetch, '/api/keys', { name: 'mighty', scopes: ['admin', 'inference'] })
  const { key } = (await made.json()) as { key: string }
  for (const path of ['/api/tray/host', '/api/tray/sign-in-code']) {
    expect((await post(fetch, path, facts)).status).toBe(401)
    const refused = await post(fetch, path, facts, { authorization: `Bearer ${key}` })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ error: { code: 'insufficient_scope' } })
  }
})

test('what the machine is like reaches the event stream, once', async () => {
  await using events = await EventReader.open(core)
  const answers = [facts, facts, { ...facts, asleep: true }].map(async body => {
    const answer = await post(core.socketFetch, '/api/tray/host', body)
    return ((await answer.json()) as { changed: boolean }).changed
  })
  expect((await Promise.all(answers)).filter(Boolean)).toHaveLength(2)
  await events.next('host.changed', data => data.asleep)
  expect((await post(core.socketFetch, '/api/tray/host', { ...facts, thermal: 'hot' })).status).toBe(400)
})

test('a code signs one window in', async () => {
  const made = await post(core.socketFetch, '/api/tray/sign-in-code', {})
  const { code, url } = (await made.json()) as { code: string; url: string }
  expect(url).toBe(`${core.url}/#code=${code}`)
  const first = await post(fetch, '/api/sign-in', { code })
  expect(first.status).toBe(200)
  expect(first.headers.get('set-cookie')).not.toMatch(/secure/i)
  expect((await post(fetch, '/api/sign-in', { code })).status).toBe(401)
})

test('a running request says how far it is and whose key it came with', async () => {
  const made = await post(core.socketFetch, '/api/keys', { name: 'Laptop', scopes: ['inference'] })
  const { key } = (await made.json()) as { key: string }
  await using events = await EventReader.open(core)
  const messages = [{ role: 'user', content: 'Tell me something that takes a while.' }]
  const answer = post(fetch, '/v1/chat/completions', { messages }, { authorization: `Bearer ${key}` })
  const { id } = (await events.next('request.started', data => data.keyName === 'Laptop')).data
  const accepted = await events.next('request.progress', data => data.id === id)
  expect(accepted.data).toMatchObject({ completionTokens: 0, tokensPerSecond: null })
  expect(accepted.data.promptTokens).toBeGreaterThan(0)
  const later = await events.next('request.progress', data => data.id === id && data.completionTokens > 1)
  expect(later.data.tokensPerSecond).toBeGreaterThan(0)
  await events.next('request.finished', data => data.id === id && data.keyName === 'Laptop')
  expect((await answer).status).toBe(200)
})
