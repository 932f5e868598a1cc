/** Samples, alerts, history and metrics of the whole core, over its doors. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ResponseOf } from '../core/contract/endpoint.ts'
import type {
  getHistory,
  getMonitoring,
  listAlerts,
  listHistoryEvents,
  listInsights,
} from '../core/contract/monitoring.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'
import { EventReader } from './support/events.ts'

async function get<T>(core: StartedCore, path: string): Promise<T> {
  return (await (await core.socketFetch(`http://impetus${path}`)).json()) as T
}

async function set(core: StartedCore, settings: object): Promise<void> {
  const response = await core.socketFetch('http://impetus/api/settings', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  })
  expect(response.status).toBe(200)
}

const chat = { messages: [{ role: 'user', content: 'Hello there' }] }

test('what is asked is measured, kept over a restart, and told to Prometheus', async () => {
  const began = Date.now()
  await using core = await startCore({ engine: 'scripted' })
  for (let count = 0; count < 3; count++)
    expect((await core.post('/v1/chat/completions', chat)).status).toBe(200)
  await expect
    .poll(
      async () =>
        (await get<ResponseOf<typeof getMonitoring>>(core, '/api/monitoring')).recent.at(-1)?.finished,
    )
    .toBe(3)
  const now = await get<ResponseOf<typeof getMonitoring>>(core, '/api/monitoring')
  const last = now.recent.at(-1)
  expect(last?.written).toBeGreaterThan(0)
  expect(last?.cpu).toBeGreaterThanOrEqual(0)
  expect(last?.diskFree).toBeLessThanOrEqual(now.diskTotal ?? 0)
  expect(now.memoryTotal).toBeGreaterThan(last?.memoryUsed ?? 0)

  const history = await get<ResponseOf<typeof getHistory>>(
    core,
    `/api/monitoring/history?from=${began}&points=60`,
  )
  expect(history.samples.reduce((sum, { finished }) => sum + (finished ?? 0), 0)).toBe(3)
  const { events } = await get<ResponseOf<typeof listHistoryEvents>>(core, '/api/monitoring/events?from=0')
  expect(events.map(({ kind }) => kind)).toEqual(['model.loaded', 'core.started'])
  expect(await get<ResponseOf<typeof listInsights>>(core, '/api/monitoring/insights')).toEqual({
    insights: [],
  })

  const metrics = await fetch(`${core.url}/metrics`)
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await metrics.text()
  expect(text).toContain('\nimpetus_requests_total{model="scripted",outcome="finished"} 3\n')
  expect(text).toContain(`\nllamacpp:tokens_predicted_total ${last?.written}\n`)
  expect((await fetch(`${core.url}/api/monitoring`)).status).toBe(401)
}, 60_000)

test('samples come once a second to who names them, and to nobody else', async () => {
  await using core = await startCore({ engine: 'scripted' })
  await using plain = await EventReader.open(core)
  const leave = new AbortController()
  const response = await core.socketFetch('http://impetus/api/events?topics=monitoring.sample', {
    signal: leave.signal,
  })
  let text = ''
  const decoder = new TextDecoder()
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    if (text.split('monitoring.sample').length > 3) break
  }
  leave.abort()
  expect(text).not.toContain('core.changed')
  await core.post('/v1/chat/completions', chat)
  await plain.next('request.finished')
  expect(plain.all('monitoring.sample')).toEqual([])
}, 60_000)

test('an alert is raised by its threshold, told, noted, and cleared by another', async () => {
  await using core = await startCore({ engine: 'scripted' })
  await using reader = await EventReader.open(core)
  await set(core, { alerts: { diskFreeGigabytes: 99_999 } })
  // Something runs, so it is looked at within seconds.
  await core.post('/v1/chat/completions', chat)
  const raised = await reader.next('alert.changed', ({ clearedAt }) => clearedAt === null)
  expect(raised.data).toMatchObject({ id: 'disk', kind: 'disk', place: 'models', threshold: 99_999e9 })
  expect(raised.data.message).toContain('nearly full')
  const { alerts } = await get<ResponseOf<typeof listAlerts>>(core, '/api/monitoring/alerts')
  expect(alerts).toMatchObject([{ id: 'disk' }])
  await set(core, { alerts: { diskFreeGigabytes: 0.001 } })
  await core.post('/v1/chat/completions', chat)
  await reader.next('alert.changed', ({ id, clearedAt }) => id === 'disk' && clearedAt !== null)
  expect(await get<ResponseOf<typeof listAlerts>>(core, '/api/monitoring/alerts')).toEqual({ alerts: [] })
  const { events } = await get<ResponseOf<typeof listHistoryEvents>>(core, '/api/monitoring/events?from=0')
  expect(events.slice(0, 2).map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    'alert.cleared disk',
    'alert.raised disk',
  ])
}, 60_000)

test('calls with a wrong key are an alert once they are many', async () => {
  await using core = await startCore({ engine: 'scripted', settings: { alerts: { refusedCalls: 3 } } })
  await using reader = await EventReader.open(core)
  const headers = { authorization: `Bearer imp_${'x'.repeat(43)}` }
  for (let count = 0; count < 3; count++) {
    expect((await fetch(`${core.url}/v1/models`, { headers })).status).toBe(401)
  }
  const { data } = await reader.next('alert.changed')
  expect(data).toMatchObject({ id: 'keyAbused', value: 3, threshold: 3, place: 'connect' })
}, 60_000)

test('a model that makes room for another one is noted with it, and three times are an insight', async () => {
  await using core = await startCore({
    // Each needs some 170 MB, most of it context and the runner itself.
    settings: { models: { memoryBytes: 256 * 1024 ** 2 } },
    models: async folder => {
      await writeTinyLlama(join(folder, 'amber.gguf'), { contextLength: 32_768 })
      await writeTinyLlama(join(folder, 'birch.gguf'), { contextLength: 32_768, seed: 2 })
    },
  })
  for (let count = 0; count < 4; count++) {
    for (const model of ['amber', 'birch']) {
      const body = { ...chat, model, max_tokens: 2 }
      const response = await fetch(`${core.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': `asks-for-${model}/1` },
        body: JSON.stringify(body),
      })
      expect(response.status).toBe(200)
      await response.json()
    }
  }
  const { events } = await get<ResponseOf<typeof listHistoryEvents>>(core, '/api/monitoring/events?from=0')
  const evicted = events.filter(({ kind }) => kind === 'model.evicted')
  expect(evicted.map(({ subject, by }) => `${subject} for ${by}`)).toEqual([
    ...['amber for birch', 'birch for amber', 'amber for birch', 'birch for amber'],
    ...['amber for birch', 'birch for amber', 'amber for birch'],
  ])
  const { insights } = await get<ResponseOf<typeof listInsights>>(core, '/api/monitoring/insights')
  expect(insights).toMatchObject([
    { kind: 'evicted', model: 'amber', by: 'birch', client: 'asks-for-birch/1', count: 4 },
    { kind: 'evicted', model: 'birch', by: 'amber', client: 'asks-for-amber/1', count: 3 },
  ])
}, 120_000)
