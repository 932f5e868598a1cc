import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Sandbox, until } from './support/program.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => box[Symbol.asyncDispose]())

test('a changed file is in force at once, and audited', async () => {
  const core = await box.serve()
  expect((await core.request('GET', '/v1/models', { over: 'tcp' })).status).toBe(200)
  writeFileSync(box.paths.settings, '{ "server": { "requireKey": true } }')
  await until(async () => (await core.request('GET', '/v1/models', { over: 'tcp' })).status === 401)
  expect(readFileSync(box.paths.auditLog, 'utf8')).toContain('server.requireKey')
})

test('a bad file changes nothing, above all not the door', async () => {
  mkdirSync(box.home)
  writeFileSync(box.paths.settings, '{ "server": { "requireKey": true } }')
  const core = await box.serve()
  for (const [n, text] of [
    '',
    '{ "server": {',
    '{ "server": { "requireKey": 0 } }',
    '[]',
    'x'.repeat(2 ** 21),
  ].entries()) {
    writeFileSync(box.paths.settings, text)
    await until(() => core.log.split('stay as they were').length > n + 1)
    expect((await core.request('GET', '/v1/models', { over: 'tcp' })).status).toBe(401)
  }
})

test('changed over the socket: written, in force, told with what waits for a restart', async () => {
  const core = await box.serve()
  const changed = await core.request('PATCH', '/api/settings', {
    body: { logs: { level: 'debug' }, server: { limits: { connections: 99 } } },
  })
  expect(changed.status).toBe(200)
  expect(changed.json()).toMatchObject({
    settings: { logs: { level: 'debug' }, server: { limits: { connections: 1024 } } },
    restartNeeded: ['server.limits.connections'],
    overridden: { 'server.port': '--port' },
  })
  expect(JSON.parse(readFileSync(box.paths.settings, 'utf8'))).toEqual({
    logs: { level: 'debug' },
    server: { limits: { connections: 99 } },
  })
  await core.request('GET', '/health')
  await until(() => core.log.includes('"level":"debug"'))

  const refused = await core.request('PATCH', '/api/settings', { body: { server: { drainSeconds: 'long' } } })
  expect(refused.status).toBe(400)
  expect(refused.json()).toMatchObject({ error: { param: 'server.drainSeconds' } })
})

test('only for those who may', async () => {
  const core = await box.serve()
  for (const [method, path] of [
    ['GET', '/api/settings'],
    ['PATCH', '/api/settings'],
    ['GET', '/api/settings/schema'],
    ['POST', '/api/stop'],
  ] as const) {
    const options = method === 'GET' ? {} : { body: {} }
    const answer = await core.request(method, path, { ...options, over: 'tcp' })
    expect(answer.status, path).toBe(401)
  }
  expect((await core.request('GET', '/api/settings/schema')).json()).toMatchObject({
    properties: { server: { title: 'Server' } },
  })
})

test('prompts, answers and keys are in no log', async () => {
  const core = await box.serve(['--log-level', 'debug'])
  const secret = 'the cat is called Aurelius'
  const chat = await core.request('POST', '/v1/chat/completions?api_key=imp_inthequery', {
    over: 'tcp',
    body: { messages: [{ role: 'user', content: secret }] },
    headers: { authorization: 'Bearer imp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
  })
  expect(chat.status).toBe(401)
  const good = await core.request('POST', '/v1/chat/completions', {
    over: 'tcp',
    body: { messages: [{ role: 'user', content: secret }] },
  })
  expect(good.body).toContain('Aurelius')
  await core.request('POST', '/v1/chat/completions', { over: 'tcp', body: { messages: secret } })
  const key = (await core.request('POST', '/api/keys', { body: { name: 'mine' } })).json<{ key: string }>()
    .key
  await core.request('GET', '/v1/models', { over: 'tcp', headers: { 'x-api-key': key } })
  core.child.kill('SIGTERM')
  await core.exited
  const everything = `${core.log}${readFileSync(box.paths.auditLog, 'utf8')}${core.stderr}`
  expect(everything).toContain('"path":"/v1/chat/completions"')
  for (const text of ['Aurelius', 'inthequery', 'AAAAAAAA', key, key.slice(4, 20)])
    expect(everything).not.toContain(text)
})
