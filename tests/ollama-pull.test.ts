/** Ollama's package pulls a model from a hub on loopback, through the whole core. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ollama } from 'ollama'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile } from './hub/files.ts'
import { type Core, Sandbox } from './support/program.ts'

let box: Sandbox
let hub: FakeHub
let core: Core
let client: Ollama

beforeAll(async () => {
  box = new Sandbox()
  hub = await FakeHub.start()
  const model = join(box.folder, 'tiny-Q8_0.gguf')
  await writeTinyLlama(model)
  hub.add('owner/tiny-GGUF', [new FakeFile('tiny-Q8_0.gguf', readFileSync(model))])
  mkdirSync(box.home, { mode: 0o700 })
  writeFileSync(box.paths.settings, JSON.stringify({ downloads: { reserveBytes: 0 } }))
  core = await box.serve([], { engine: 'llama.cpp', env: { HF_ENDPOINT: hub.origin } })
  const made = await core.request('POST', '/api/keys', {
    body: { name: 'ollama', scopes: ['admin', 'inference'] },
  })
  const { key } = made.json<{ key: string }>()
  client = new Ollama({ host: core.facts.url, headers: { authorization: `Bearer ${key}` } })
})

afterAll(async () => {
  await box[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

it('needs admin rights: it changes what is on the disk', async () => {
  const stranger = new Ollama({ host: core.facts.url })
  const error = await stranger
    .pull({ model: 'hf.co/owner/tiny-GGUF:Q8_0' })
    .catch((caught: unknown) => caught)
  expect(error).toMatchObject({ status_code: 401, error: expect.stringContaining('admin') })
})

it('tells how far it is, and the model is there', async () => {
  const lines: { status: string }[] = []
  for await (const line of await client.pull({ model: 'hf.co/owner/tiny-GGUF:Q8_0', stream: true }))
    lines.push(line)
  expect(lines.filter(line => line.status === 'success')).toEqual([lines.at(-1)])
  expect((await client.list()).models.map(one => one.name)).toContain('tiny-q8_0:latest')
  const answer = await client.chat({
    model: 'tiny-q8_0',
    messages: [{ role: 'user', content: 'Hello' }],
    options: { num_predict: 2 },
  })
  expect(answer.eval_count).toBe(2)
})

it('says at once that it has the model already', async () => {
  expect(await client.pull({ model: 'hf.co/owner/tiny-GGUF:Q8_0' })).toEqual({ status: 'success' })
})

it.each([
  ['a name of Ollama’s own library', 'llama3.2', 400],
  ['a model that the hub has not', 'hf.co/owner/nothing:Q8_0', 404],
])('refuses %s with a text', async (_, model, status_code) => {
  const error = await client.pull({ model }).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ status_code, error: expect.any(String) })
})
