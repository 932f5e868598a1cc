/** Models of another server beside the local ones: a second real Impetus, and one that fails. */
import { expect, it } from 'vitest'
import type { ChatCompletion } from '../core/contract/chat.ts'
import type { WireModel } from '../core/contract/models.ts'
import { startCore } from './support/core.ts'
import { FaultyServer } from './support/faulty-openai.ts'

const messages = [{ role: 'user', content: 'Hello' }]
const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }]

it('answers through another Impetus, streamed and whole, with tools', async () => {
  await using far = await startCore({ engine: 'scripted' })
  await using near = await startCore({
    engine: 'scripted',
    settings: { remote: { servers: [{ name: 'far', urls: [far.url] }] } },
  })
  const list = async () => {
    const { data } = (await (await fetch(`${near.url}/v1/models`)).json()) as { data: WireModel[] }
    return data
  }
  const models = await list()
  expect(models.map(({ id }) => id)).toEqual(['scripted', 'far-scripted'])
  expect(models[1]).toMatchObject({ owned_by: 'remote', context_length: 32_768 })

  const ask = async (model: string, more: object = {}) => {
    const response = await near.post('/v1/chat/completions', { model, messages, ...more })
    return { status: response.status, answer: (await response.json()) as ChatCompletion }
  }
  const [remote, local] = [await ask('far-scripted'), await ask('scripted')]
  expect(remote.status).toBe(200)
  expect(remote.answer.choices[0]?.message.content).toBe(local.answer.choices[0]?.message.content)
  expect(remote.answer.usage).toMatchObject({ prompt_tokens: local.answer.usage?.prompt_tokens })
  expect((await ask('far/scripted')).answer.model).toBe('far-scripted')

  const called = await ask('far-scripted', { tools, tool_choice: 'required' })
  expect(called.answer.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ function: { name: 'look' } }] },
  })
  const streamed = await near.post('/v1/chat/completions', { model: 'far-scripted', messages, stream: true })
  const events = (await streamed.text()).split('\n\n').filter(event => event.startsWith('data: '))
  expect(events.at(-1)).toBe('data: [DONE]')
  expect(events.some(event => event.includes('"finish_reason":"stop"'))).toBe(true)
  expect((await ask('far-nothing')).status).toBe(404)

  await far.stop()
  const gone = await ask('far-scripted')
  expect([gone.status, gone.answer]).toMatchObject([503, { error: { code: 'remote_unavailable' } }])
  expect((await list()).map(({ id }) => id)).toContain('far-scripted')
  expect((await ask('scripted')).status).toBe(200)
}, 60_000)

it('servers come and go with the settings, without a restart', async () => {
  await using far = await startCore({ engine: 'scripted' })
  await using near = await startCore({ engine: 'scripted' })
  const set = async (servers: object[]) => {
    const response = await near.socketFetch('http://impetus/api/settings', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ remote: { servers } }),
    })
    expect(await response.json()).toMatchObject({ restartNeeded: [] })
  }
  const ask = async () =>
    (await near.post('/v1/chat/completions', { model: 'far-scripted', messages })).status
  const loaded = async () => (await near.status()).models.states.map(({ id }) => id)
  expect(await ask()).toBe(404)
  await set([{ name: 'far', urls: [far.url] }])
  await expect.poll(ask).toBe(200)
  expect(await loaded()).toContain('far-scripted')
  // A key that cannot be found leaves this server out, and the rest in place.
  await set([
    { name: 'far', urls: [far.url] },
    { name: 'other', urls: [far.url], key: 'env:NO_SUCH_VARIABLE' },
  ])
  expect(await ask()).toBe(200)
  await set([])
  await expect.poll(ask).toBe(404)
  await expect.poll(loaded).not.toContain('far-scripted')
}, 60_000)

it('an error in the middle of another server’s stream is one of ours; its key is told to nobody', async () => {
  await using faulty = await FaultyServer.start()
  const key = 'sk-never-shown'
  await using near = await startCore({
    engine: 'scripted',
    settings: { remote: { servers: [{ name: 'faulty', urls: [faulty.url], key, models: ['m'] }] } },
  })
  await fetch(`${near.url}/v1/models`)
  faulty.fault = 'break-after'
  const response = await near.post('/v1/chat/completions', { model: 'faulty-m', messages, stream: true })
  const body = await response.text()
  expect(body).toContain('"code":"remote_failed"')
  expect(body.trimEnd().endsWith('data: [DONE]')).toBe(true)
  expect(faulty.keys).toContain(`Bearer ${key}`)
  expect(near.log + body).not.toContain(key)
}, 60_000)
