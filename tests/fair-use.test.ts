import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type StartedCore, startCore, until } from './support/core.ts'

let core: StartedCore

beforeAll(async () => {
  // Each counted request takes about a second, so that several are there at the same time.
  core = await startCore({
    engine: 'scripted',
    wordMilliseconds: 100,
    settings: { server: { fairUse: { thisMachine: true, concurrent: 1, requestsPerMinute: 60 } } },
  })
})
afterAll(async () => {
  await core[Symbol.asyncDispose]()
})

async function makeKey(name: string): Promise<{ authorization: string }> {
  const made = await core.socketFetch('http://impetus/api/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, scopes: ['inference'] }),
  })
  const { key } = (await made.json()) as { key: string }
  return { authorization: `Bearer ${key}` }
}

const messages = [{ role: 'user' as const, content: 'count to 9' }]

function post(path: string, body: object, headers: Record<string, string>, signal?: AbortSignal) {
  return fetch(core.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
}

/** Ends what runs and waits until it has left. */
async function stop(running: AbortController): Promise<void> {
  running.abort()
  await until('the stream to be over', async () => (await core.status()).requests.active === 0)
}

it('refuses what is too much in each dialect’s own words, with the time to wait', async () => {
  const headers = await makeKey('busy')
  const running = new AbortController()
  const stream = await post('/v1/chat/completions', { messages, stream: true }, headers, running.signal)
  expect(stream.status).toBe(200)
  const code = { error: { type: 'rate_limit_error', code: 'rate_limited' } }
  const wording = expect.stringContaining('server.fairUse')
  const refusals: [path: string, body: object, shape: object][] = [
    ['/v1/chat/completions', { messages }, code],
    ['/v1/completions', { prompt: 'x' }, code],
    ['/v1/responses', { input: 'x' }, code],
    ['/v1/embeddings', { input: 'x' }, code],
    ['/completion', { prompt: 'x' }, code],
    ['/v1/messages', { messages, max_tokens: 5 }, { type: 'error', error: { type: 'rate_limit_error' } }],
    ['/api/chat', { messages }, { error: wording }],
  ]
  for (const [path, body, shape] of refusals) {
    const answer = await post(path, body, headers)
    expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 429, '1'])
    expect(await answer.json()).toMatchObject(shape)
  }
  // Another key, and what makes no work, go on.
  expect((await post('/v1/completions', { prompt: 'x' }, await makeKey('other'))).status).toBe(200)
  expect((await fetch(`${core.url}/v1/models`, { headers })).status).toBe(200)
  await stop(running)
  expect((await post('/v1/completions', { prompt: 'x' }, headers)).status).toBe(200)
})

it('is an error of its own in the official packages, which try again by themselves', async () => {
  const { authorization } = await makeKey('packages')
  const apiKey = authorization.slice('Bearer '.length)
  const patient = new OpenAI({ baseURL: `${core.url}/v1`, apiKey })
  const once = new OpenAI({ baseURL: `${core.url}/v1`, apiKey, maxRetries: 0 })
  const anthropic = new Anthropic({ baseURL: core.url, apiKey, maxRetries: 0 })
  const stream = await once.chat.completions.create({ model: '', messages, stream: true })
  await expect(once.chat.completions.create({ model: '', messages })).rejects.toBeInstanceOf(
    OpenAI.RateLimitError,
  )
  await expect(anthropic.messages.create({ model: '', messages, max_tokens: 5 })).rejects.toBeInstanceOf(
    Anthropic.RateLimitError,
  )
  const later = patient.chat.completions.create({ model: '', messages })
  for await (const _chunk of stream);
  expect((await later).choices[0]?.finish_reason).toBe('stop')
})

it('counts requests of a minute', async () => {
  const headers = await makeKey('quick')
  const statuses: number[] = []
  for (let request = 0; request < 70; request++) {
    const answer = await post('/v1/tokenize', { content: 'x' }, headers)
    await answer.text()
    statuses.push(answer.status)
    if (answer.status === 429) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      break
    }
  }
  expect(statuses.at(-1)).toBe(429)
  // One more comes each second while they are sent.
  expect(statuses.filter(status => status === 200).length).toBeGreaterThanOrEqual(60)
})

it('is off on this machine by default', async () => {
  await using plain = await startCore({ engine: 'scripted' })
  const answers = await Promise.all(
    Array.from({ length: 80 }, () => plain.post('/v1/completions', { prompt: 'x' })),
  )
  expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([200]))
})
