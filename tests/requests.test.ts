/** The requests view and rendered prompts, over HTTP and the real engine. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { RecentRequest, RecentRequestDetail } from '../core/contract/requests.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { startCore } from './support/core.ts'

it('a request is remembered with its figures and texts, for admins only, and nowhere else', async () => {
  await using core = await startCore({ models: folder => writeTinyLlama(join(folder, 'tiny.gguf')) })
  const messages = [{ role: 'user', content: 'A word nobody else says: xylophonist.' }]
  const asked = await core.post('/v1/chat/completions', { model: 'tiny', messages, max_tokens: 4 })
  const id = asked.headers.get('x-request-id') ?? expect.fail('The answer has no request id.')
  await asked.json()
  const get = async <T>(path: string) => (await (await core.socketFetch(`http://impetus${path}`)).json()) as T

  const { requests } = await get<{ requests: RecentRequest[] }>('/api/requests')
  expect(requests).toMatchObject([{ id, model: 'tiny', state: 'finished', route: '/v1/chat/completions' }])
  expect(requests[0]?.timings?.prefill).toBeGreaterThan(0)
  const detail = await get<RecentRequestDetail>(`/api/requests/${id}`)
  expect(detail.texts?.prompt).toContain('xylophonist')
  expect(detail.explanation).toContain(`of ${detail.promptTokens} prompt tokens`)
  expect((await fetch(`${core.url}/api/requests`)).status).toBe(401)
  expect(core.log).not.toContain('xylophonist')

  const rendered = await core.post('/api/render', { model: 'tiny', messages })
  expect(await rendered.json()).toMatchObject({
    model: 'tiny',
    prompt: expect.stringContaining('<|im_start|>user\nA word nobody'),
    tokens: detail.promptTokens,
  })
  const forgotten = await core.socketFetch('http://impetus/api/requests', { method: 'DELETE' })
  expect(await forgotten.json()).toEqual({ forgotten: 1 })
  expect((await core.socketFetch(`http://impetus/api/requests/${id}`)).status).toBe(404)
}, 60_000)
