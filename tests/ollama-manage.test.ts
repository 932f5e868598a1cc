/** Ollama's package deletes and copies models of the real library. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ollama } from 'ollama'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

let core: StartedCore
let client: Ollama

beforeAll(async () => {
  core = await startCore({
    models: async folder => {
      await writeTinyLlama(join(folder, 'Tiny.gguf'), { contextLength: 4096 })
      await writeTinyLlama(join(folder, 'Spare.gguf'), { contextLength: 4096 })
    },
    settings: { models: { default: 'tiny' } },
  })
  const made = await core.socketFetch('http://impetus/api/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ollama', scopes: ['admin', 'inference'] }),
  })
  const { key } = (await made.json()) as { key: string }
  client = new Ollama({ host: core.url, headers: { authorization: `Bearer ${key}` } })
})

afterAll(() => core?.[Symbol.asyncDispose]())

const names = async () => (await client.list()).models.map(model => model.name)
const failure = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  )

it('needs admin rights', async () => {
  const stranger = new Ollama({ host: core.url })
  for (const ask of [
    () => stranger.delete({ model: 'tiny' }),
    () => stranger.copy({ source: 'tiny', destination: 'b' }),
    () => stranger.create({ model: 'b', from: 'tiny' }),
  ]) {
    expect(await failure(ask())).toMatchObject({ status_code: 401 })
  }
})

it('gives a model another name, by which it answers and is listed', async () => {
  await client.copy({ source: 'tiny', destination: 'Mine' })
  await client.copy({ source: 'tiny', destination: 'mine:latest' })
  expect((await names()).filter(name => name.startsWith('mine'))).toEqual(['mine:latest'])
  for (const model of ['mine', 'mine:latest']) {
    const answer = await client.generate({ model, prompt: 'a', options: { num_predict: 1 } })
    expect(answer.model).toBe(model)
  }
  const openAi = await core.post('/v1/completions', { model: 'mine', prompt: 'a', max_tokens: 1 })
  expect(await openAi.json()).toMatchObject({ model: 'tiny' })
})

it('makes of a model nothing but another name', async () => {
  const states: string[] = []
  for await (const { status } of await client.create({ model: 'made:v1', from: 'tiny', stream: true }))
    states.push(status)
  expect(states).toEqual(['success'])
  expect(await client.create({ model: 'made:v2', from: 'tiny', stream: false })).toEqual({
    status: 'success',
  })
  expect(await names()).toEqual(expect.arrayContaining(['made:v1', 'made:v2']))
  const refused = await failure(
    client.create({ model: 'x', from: 'tiny', system: 'Be kind.', stream: false }),
  )
  expect(refused).toMatchObject({ status_code: 400, error: expect.stringContaining('"system"') })
})

it('refuses names that are taken, unknown or no names, in Ollama’s words', async () => {
  expect(await failure(client.copy({ source: 'nobody', destination: 'c' }))).toMatchObject({
    ...{ status_code: 404, error: "model 'nobody' not found" },
  })
  expect(await failure(client.copy({ source: 'tiny', destination: 'spare' }))).toMatchObject({
    status_code: 409,
  })
  expect(await failure(client.copy({ source: 'tiny', destination: '../x' }))).toMatchObject({
    status_code: 400,
  })
  expect(await failure(client.delete({ model: 'nobody' }))).toMatchObject({ status_code: 404 })
})

it('deletes a name and leaves the model, then the model', async () => {
  const file = join(core.home, 'models', 'Spare.gguf')
  await client.copy({ source: 'spare', destination: 'second' })
  await client.delete({ model: 'second' })
  expect(existsSync(file)).toBe(true)
  expect(await names()).toEqual(expect.arrayContaining(['spare:latest']))
  await client.delete({ model: 'spare:latest' })
  expect(existsSync(file)).toBe(false)
  expect(await names()).not.toContain('spare:latest')
  const audit = await readFile(join(core.home, 'logs', 'audit.jsonl'), 'utf8')
  expect(audit).toContain('model.renamed')
  expect(audit).toContain('model.deleted')
})

it('does not delete the built-in model', async () => {
  expect(await failure(client.delete({ model: 'impetus-mini' }))).toMatchObject({
    status_code: 409,
    error: expect.stringContaining('comes with Impetus'),
  })
})
