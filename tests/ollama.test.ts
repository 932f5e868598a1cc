/** Ollama's own package against the whole core, on llama.cpp and on the scripted engine. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ChatResponse, Ollama } from 'ollama'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '../core/contract/endpoint.ts'
import { lmStudioPaths } from '../core/contract/lmstudio.ts'
import { ollamaPaths } from '../core/contract/ollama.ts'
import { resolveHome } from '../core/platform/paths.ts'
import { writeEmbedder, writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore, until } from './support/core.ts'
import { EventReader } from './support/events.ts'

const contextLength = 8192

const read = {
  type: 'function',
  function: {
    name: 'read',
    description: 'Reads a file.',
    parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
}

describe.each([
  { engine: 'llama.cpp', model: 'tiny' },
  { engine: 'scripted', model: 'scripted' },
] as const)('on $engine', ({ engine, model }) => {
  let core: StartedCore
  let events: EventReader
  let client: Ollama

  beforeAll(async () => {
    core = await startCore({
      ...(engine === 'scripted' && { engine }),
      models: async folder => {
        await writeTinyLlama(join(folder, 'Tiny.gguf'), { contextLength })
        await writeEmbedder(join(folder, 'Embedder.gguf'))
      },
      settings: { models: { default: 'tiny' } },
    })
    events = await EventReader.open(core)
    client = new Ollama({ host: core.url })
  })

  afterAll(async () => {
    await events?.[Symbol.asyncDispose]()
    await core?.[Symbol.asyncDispose]()
  })

  const messages = [{ role: 'user', content: 'Please count to 50.' }]

  it('says a version that Codex takes, and its own', async () => {
    const version = (await client.version()) as { version: string; impetus?: string }
    const [major = 0, minor = 0, patch = 0] = version.version.split('.').map(Number)
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(13_004)
    expect(version.impetus).toMatch(/^\d+\.\d+\.\d+/)
  })

  it('lists the models and shows one', async () => {
    const { models } = await client.list()
    expect(models.map(one => one.name)).toContain(`${model}:latest`)
    const shown = await client.show({ model: `${model}:latest` })
    expect(shown.capabilities).toContain('completion')
    expect(Object.keys(shown.model_info)).toContain('general.architecture')
    expect(shown.parameters).toMatch(/num_ctx/)
  })

  it('answers whole', async () => {
    const answer = await client.chat({ model, messages, options: { num_predict: 16, num_ctx: 32_768 } })
    expect(answer).toMatchObject({
      model,
      message: { role: 'assistant', content: expect.stringMatching(/./) },
      done: true,
      done_reason: 'length',
      eval_count: 16,
    })
    for (const name of [
      'total_duration',
      'load_duration',
      'prompt_eval_duration',
      'eval_duration',
    ] as const) {
      expect(Number.isInteger(answer[name])).toBe(true)
    }
    expect(answer.total_duration).toBeGreaterThanOrEqual(answer.eval_duration)
  })

  it('streams the same answer, with one end', async () => {
    const ask = { model, messages, options: { num_predict: 24, temperature: 0 } }
    const whole = await client.chat(ask)
    const lines: ChatResponse[] = []
    for await (const line of await client.chat({ ...ask, stream: true })) lines.push(line)
    expect(lines.map(line => line.message.content).join('')).toBe(whole.message.content)
    expect(lines.filter(line => line.done)).toEqual([lines.at(-1)])
    expect(lines.at(-1)).toMatchObject({ done_reason: 'length', eval_count: 24 })
  })

  it('streams where nobody says whether to', async () => {
    const response = await core.post('/api/chat', { model, messages, options: { num_predict: 2 } })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await response.text()).trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ done: true })
  })

  it('generates: a turn, raw text', async () => {
    const options = { num_predict: 8, temperature: 0 }
    const turn = await client.generate({ model, prompt: 'count to 12', system: 'You count.', options })
    const raw = await client.generate({ model, prompt: 'I count to 12', raw: true, options })
    expect(turn).toMatchObject({ done: true, eval_count: 8 })
    expect(raw.response).not.toBe('')
    expect(raw.prompt_eval_count).toBeLessThan(turn.prompt_eval_count)
    let text = ''
    for await (const line of await client.generate({
      model,
      prompt: 'I count to 12',
      raw: true,
      options,
      stream: true,
    })) {
      text += line.response ?? ''
    }
    expect(text).toBe(raw.response)
  })

  it('stops half-way, and the engine is free', async () => {
    const long = [{ role: 'user', content: 'count to 900000' }]
    const stream = await client.chat({ model, messages: long, stream: true })
    let seen = 0
    const readOn = async () => {
      for await (const _line of stream) if (++seen === 30) stream.abort()
    }
    await readOn().catch(error => expect(String(error)).toContain('Abort'))
    await events.next('request.finished', data => data.outcome === 'cancelled' && data.route === '/api/chat')
    await until('nothing to be under way', async () => (await core.status()).requests.active === 0)
  })

  it('loads, shows what is loaded, and unloads', async () => {
    const loaded = await client.chat({ model, messages: [], keep_alive: '1h' })
    expect(loaded).toMatchObject({ done: true, done_reason: 'load' })
    const [running] = (await client.ps()).models
    expect(running).toMatchObject({ name: `${model}:latest` })
    const left = Date.parse(String(running?.expires_at)) - Date.now()
    expect(left).toBeGreaterThan(3_500_000)
    expect(left).toBeLessThan(3_700_000)

    expect(await client.generate({ model, prompt: '', keep_alive: 0 })).toMatchObject({
      done_reason: 'unload',
    })
    expect((await client.ps()).models).toEqual([])

    await client.chat({ model, messages, options: { num_predict: 1 }, keep_alive: 0 })
    await until('the model to be gone', async () => (await client.ps()).models.length === 0)
  })

  it('says in Ollama’s words that a model is not there', async () => {
    const error = await client.chat({ model: 'nobody', messages }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ status_code: 404, error: "model 'nobody' not found" })
    const shown = await client.show({ model: 'nobody' }).catch((caught: unknown) => caught)
    expect(shown).toMatchObject({ status_code: 404, error: "model 'nobody' not found" })
  })

  it.each([
    ['/api/chat', { messages: 5 }],
    ['/api/generate', { prompt: 'a', images: ['aGk='] }],
    ['/api/chat', { messages: [{ role: 'user', content: 'word '.repeat(150_000) }] }],
  ])('answers %s with an error that is a text where it cannot do %#', async (path, body) => {
    const response = await core.post(path, { model, ...body })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.any(String) })
  })

  it('answers 404 for what it has not, in Ollama’s shape', async () => {
    const response = await core.post('/api/push', { model })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: expect.any(String) })
  })

  if (engine === 'llama.cpp') {
    it('holds the answer to a schema, and to JSON', async () => {
      const colours = ['red', 'green']
      const format = {
        type: 'object',
        properties: { colour: { enum: colours } },
        required: ['colour'],
        additionalProperties: false,
      }
      const { message } = await client.chat({
        model,
        messages,
        format,
        options: { num_predict: 400, seed: 1 },
      })
      expect(colours).toContain((JSON.parse(message.content) as { colour: string }).colour)
      const { response } = await client.generate({
        model,
        prompt: 'Hello',
        format: 'json',
        options: { num_predict: 8, seed: 1 },
      })
      expect(response?.trimStart()).toMatch(/^{/)
    })

    it('makes vectors of texts', async () => {
      const one = await client.embed({ model: 'embedder', input: 'a b' })
      const two = await client.embed({ model: 'embedder', input: ['a b', 'c'] })
      expect(two.embeddings).toHaveLength(2)
      expect(two.prompt_eval_count).toBeGreaterThan(one.prompt_eval_count)
      const [vector = []] = one.embeddings
      expect(two.embeddings[0]).toHaveLength(vector.length)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
      const { embedding } = await client.embeddings({ model: 'embedder', prompt: 'a b' })
      const length = Math.hypot(...embedding)
      for (const [index, element] of embedding.entries()) {
        expect(element / length).toBeCloseTo(vector[index] ?? 0, 4)
      }
      expect((await client.show({ model: 'embedder' })).capabilities).toEqual(['embedding'])
    })
  }

  if (engine === 'scripted') {
    it('calls a tool, takes its result and answers', async () => {
      const ask = { model, tools: [read] }
      const asked = [{ role: 'user', content: 'Read it.' }]
      const called = await client.chat({ ...ask, messages: asked })
      const [call] = called.message.tool_calls ?? []
      expect(call?.function).toMatchObject({ name: 'read', arguments: { path: 'example' } })
      const parts: ChatResponse[] = []
      for await (const line of await client.chat({ ...ask, messages: asked, stream: true })) parts.push(line)
      expect(parts.flatMap(line => line.message.tool_calls ?? [])).toEqual(called.message.tool_calls)

      const result = { role: 'tool', tool_name: 'read', content: 'forty-two' }
      const answered = await client.chat({ ...ask, messages: [...asked, called.message, result] })
      expect(answered.message.content).toBe('The tool answered: forty-two')
    })

    it('fills a gap', async () => {
      const answer = await client.generate({ model, prompt: 'a', suffix: 'b' })
      expect(answer.response).toBe(' between ')
    })
  }
})

describe('Ollama’s own port', () => {
  it('answers where the settings ask for it, and says that Ollama runs', async () => {
    await using core = await startCore({
      engine: 'scripted',
      settings: { ollama: { listen: true, port: 0 } },
    })
    const { log } = resolveHome({ IMPETUS_HOME: core.home }, process.platform)
    const lines = () => readFileSync(log, 'utf8').split('\n')
    const told = () => lines().find(line => line.includes('Listening for clients of Ollama'))
    await until('the port to be told', () => told() !== undefined)
    const { port } = JSON.parse(told() ?? '') as { port: number }
    const base = `http://127.0.0.1:${port}`
    const root = await fetch(base)
    expect([root.status, await root.text()]).toEqual([200, 'Ollama is running'])
    expect((await fetch(base, { method: 'HEAD' })).status).toBe(200)
    expect((await new Ollama({ host: base }).list()).models).toHaveLength(1)
    expect(await (await fetch(core.url)).text()).toContain('<title>')
  })
})

it('no operation of our own is on a path of Ollama’s or LM Studio’s', async () => {
  const files = globSync('core/contract/**/*.ts').filter(
    file => !/(ollama(-manage)?|lmstudio|\.test)\.ts$/.test(file),
  )
  const modules = await Promise.all(files.map(file => import(join(process.cwd(), file)) as Promise<object>))
  const paths = modules
    .flatMap(module => Object.values(module) as Partial<Operation>[])
    .flatMap(value => (value?.path !== undefined && value.method !== undefined ? [value.path] : []))
  expect(paths.length).toBeGreaterThan(10)
  const reserved = [...ollamaPaths, ...lmStudioPaths]
  const isReserved = (path: string) => reserved.some(one => path === one || path.startsWith(`${one}/`))
  expect(paths.filter(isReserved)).toEqual([])
})
