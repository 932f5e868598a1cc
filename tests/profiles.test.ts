/** Profiles and model configurations over the real engine, from the command line to what a load gets. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ConfigurationAnswer } from '../core/contract/profiles.ts'
import type { MemoryAnswer } from '../core/contract/residency.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { startCore } from './support/core.ts'

it('a configuration holds from the next load on, and its sampling at once', async () => {
  await using core = await startCore({
    models: folder => writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 32_768 }),
  })
  const call = async (method: string, path: string, body?: object) => {
    const response = await core.socketFetch(`http://impetus${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
  }
  const load = async () => {
    await call('POST', '/api/models/tiny/unload', {})
    expect((await call('POST', '/api/models/tiny/load', {})).status).toBe(200)
    const { answer } = await call('GET', '/api/memory')
    return (answer as unknown as MemoryAnswer).models[0]
  }
  const before = await load()
  expect(before?.contextLength).toBe(32_768)

  await call('POST', '/api/profiles', { name: 'small', copyOf: 'fast', values: { contextLength: 2048 } })
  const values = { kvCacheType: 'q8_0', flashAttention: true, sampling: { temperature: 0 } }
  const changed = await call('PATCH', '/api/models/tiny/configuration', { profile: 'small', values })
  expect(changed.answer).toMatchObject({ profile: 'small', own: values, reloadNeeded: true })
  expect(changed.answer.changes).toContainEqual({ key: 'contextLength', from: null, to: 2048 })

  const after = await load()
  expect(after?.contextLength).toBe(2048)
  expect(after?.bytes).toBeLessThan(before?.bytes ?? 0)
  const shown = (await call('GET', '/api/models/tiny/configuration')).answer as unknown as ConfigurationAnswer
  expect(shown).toMatchObject({ reloadNeeded: false, effective: { slots: 1, threads: 1 } })

  // Without a temperature of its own a request is greedy now.
  const ask = async () => {
    const response = await core.post('/v1/completions', { model: 'tiny', prompt: 'Once', max_tokens: 12 })
    return ((await response.json()) as { choices: { text: string }[] }).choices[0]?.text
  }
  expect(await ask()).toBe(await ask())

  expect((await call('POST', '/api/models/tiny/pin', {})).answer).toMatchObject({ own: { pinned: true } })
  expect((await load())?.pinned).toBe(true)
  const wrong = await call('PATCH', '/api/models/tiny/configuration', { values: { slots: 0 } })
  expect(wrong).toMatchObject({ status: 400, answer: { error: { param: 'values.slots' } } })
  expect((await call('PATCH', '/api/models/tiny/configuration', { profile: 'none-such' })).status).toBe(404)
  expect((await call('DELETE', '/api/profiles/small')).status).toBe(409)
}, 60_000)

it('a template of one’s own replaces the model’s, also one that fails', async () => {
  await using core = await startCore({
    models: folder =>
      writeTinyLlama(join(folder, 'tiny.gguf'), { chatTemplate: '{{ raise_exception("no") }}' }),
  })
  const ask = () =>
    core.post('/v1/chat/completions', {
      model: 'tiny',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 1,
    })
  const refused = await ask()
  expect([refused.status, await refused.json()]).toMatchObject([422, { error: { code: 'template_error' } }])
  const patched = await core.socketFetch('http://impetus/api/models/tiny/configuration', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ values: { chatTemplate: '{% for m in messages %}{{ m.content }}{% endfor %}' } }),
  })
  expect(patched.status).toBe(200)
  const response = await ask()
  const { usage } = (await response.json()) as { usage: { prompt_tokens: number } }
  expect(usage.prompt_tokens).toBeLessThan(6)
}, 60_000)
