/** What only the real engine can show: same tokens as the runner's own, many streams at once, and an engine that is free as soon as a client has gone. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ChatChunk, ChatCompletion } from '../core/contract/chat.ts'
import type { Completion } from '../core/contract/completions.ts'
import type { GenerateRequest } from '../core/engine/engine.ts'
import { createInspector } from '../core/engine/inspector/client.ts'
import { createLlamaEngine } from '../core/engine/llama.ts'
import { spawnRole } from '../core/platform/child.ts'
import type { Log } from '../core/platform/log.ts'
import { writeQwenLike, writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore, statOf, until } from './support/core.ts'
import { EventReader } from './support/events.ts'

const contextLength = 32_768
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

let core: StartedCore
let events: EventReader

beforeAll(async () => {
  core = await startCore({
    settings: { models: { default: 'tiny' } },
    models: async folder => {
      await writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength })
      await writeQwenLike(join(folder, 'second.gguf'), { contextLength })
      await writeFile(join(folder, 'broken.gguf'), 'GGUF, but nothing more')
    },
  })
  events = await EventReader.open(core)
  await core.post('/v1/completions', { prompt: 'a', max_tokens: 1 })
})

afterAll(async () => {
  await events?.[Symbol.asyncDispose]()
  await core?.[Symbol.asyncDispose]()
})

/** The chunks of a stream, which must end in `[DONE]`. */
async function chunksOf(response: Response): Promise<ChatChunk[]> {
  expect(response.status).toBe(200)
  const frames = (await response.text()).split('\n\n').filter(frame => frame.startsWith('data: '))
  expect(frames.at(-1)).toBe('data: [DONE]')
  return frames.slice(0, -1).map(frame => JSON.parse(frame.slice('data: '.length)))
}

function user(content: string, more: object = {}) {
  return { messages: [{ role: 'user', content }], ...more }
}

describe('the same tokens', () => {
  it('greedy through HTTP as from the runner itself', async () => {
    const spawn: typeof spawnRole = (role, args, options) =>
      spawnRole(role, args, {
        ...options,
        executable: { command: process.execPath, prefix: ['core/main.ts'] },
      })
    const engine = createLlamaEngine({ spawn, inspector: createInspector({ spawn }), log: silent })
    const never = new AbortController().signal
    const source = { id: 'tiny', path: join(core.home, 'models', 'tiny.gguf') }
    const model = await engine.load(source, { signal: never, threads: 1 })
    const messages = [{ role: 'user' as const, content: 'Tell me something.' }]
    const request: GenerateRequest = {
      prompt: { kind: 'chat', messages },
      maxTokens: 100,
      stop: [],
      sampling: { temperature: 0 },
    }
    let own = ''
    for await (const delta of model.generate(request, never)) if (delta.type === 'text') own += delta.text
    await model.dispose()

    const body = { messages, max_tokens: 100, temperature: 0 }
    const whole = (await (await core.post('/v1/chat/completions', body)).json()) as ChatCompletion
    const chunks = await chunksOf(await core.post('/v1/chat/completions', { ...body, stream: true }))
    expect(own.length).toBeGreaterThan(100)
    expect(whole.choices[0]?.message.content).toBe(own)
    expect(chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')).toBe(own)
  })

  it('with the same seed, others with another', async () => {
    const say = async (seed: number) => {
      const answer = await core.post('/v1/completions', {
        prompt: 'Once',
        max_tokens: 40,
        temperature: 1,
        seed,
      })
      return ((await answer.json()) as { choices: [{ text: string }] }).choices[0].text
    }
    expect(await say(7)).toBe(await say(7))
    expect(await say(7)).not.toBe(await say(8))
  })
})

it('reads raw prompts as text, tokens and gaps, special tokens in them included', async () => {
  const ask = async (body: object) => {
    const response = await core.post('/v1/completions', { max_tokens: 4, temperature: 0, ...body })
    return (await response.json()) as Completion
  }
  const text = await ask({ prompt: 'Once', echo: true })
  expect(text.choices[0]?.text).toMatch(/^Once./)
  const special = await ask({ prompt: '<|im_start|>Once' })
  expect(special.usage.prompt_tokens).toBe(text.usage.prompt_tokens + 1)
  const gap = await ask({ prompt: 'Once', suffix: 'end' })
  expect(gap.usage.prompt_tokens).toBeGreaterThan(text.usage.prompt_tokens + 3)
  const tokens = await ask({ prompt: [300, 301, 302], echo: true })
  expect(tokens.usage.prompt_tokens).toBe(3)
  const measured = await ask({ prompt: 'Once', echo: true, max_tokens: 0 })
  expect(measured).toMatchObject({
    choices: [{ text: 'Once', finish_reason: 'length' }],
    usage: { completion_tokens: 0 },
  })
  const echoed = await ask({ prompt: [300, 301, 302], echo: true, max_tokens: 0 })
  expect(tokens.choices[0]?.text.startsWith(echoed.choices[0]?.text ?? '?')).toBe(true)
})

it('finishes 64 streams at once, each with exactly one finish and all its tokens', async () => {
  const ask = (index: number) =>
    core.post('/v1/chat/completions', {
      ...user(`Stream number ${index}`),
      stream: true,
      max_tokens: 10 + (index % 7),
      stream_options: { include_usage: true },
    })
  const streams = await Promise.all(
    Array.from({ length: 64 }, async (_, index) => chunksOf(await ask(index))),
  )
  streams.forEach((chunks, index) => {
    expect(chunks.flatMap(chunk => chunk.choices[0]?.finish_reason ?? [])).toEqual(['length'])
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(10 + (index % 7))
  })
  expect(new Set(streams.map(chunks => chunks[0]?.id)).size).toBe(64)
  expect((await core.status()).requests.active).toBe(0)
}, 60_000)

/** What a failed test leaves running would fail the next ones too. */
const leaving: AbortController[] = []
afterEach(() => {
  for (const leave of leaving.splice(0)) leave.abort()
})

/** A request whose client can go away. Answers when the core has begun with it. */
async function begin(path: string, body: object) {
  const leave = new AbortController()
  const id = `${Math.random()}`
  // The request's id is the core's own, so that this one is told by its client's name.
  const answering = fetch(`${core.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': id },
    body: JSON.stringify(body),
    signal: leave.signal,
  })
  answering.catch(() => undefined)
  leaving.push(leave)
  await events.next('request.started', data => data.client === id)
  return {
    answering,
    /** Closes the connection; gives what the core said of the end, and how long it took. */
    async leave() {
      const left = Date.now()
      leave.abort()
      const finished = await events.next('request.finished', data => data.client === id)
      return { ...finished.data, took: finished.time - left }
    },
  }
}

/** Processor time that the runner uses in the next `milliseconds`, in ms, to the system's clock tick of 10. */
async function busy(milliseconds = 200): Promise<number> {
  const [runner] = core.children()
  if (runner === undefined) throw new Error('There is no runner.')
  const before = statOf(runner)?.ticks ?? 0
  await sleep(milliseconds)
  return ((statOf(runner)?.ticks ?? 0) - before) * 10
}

/** How long it takes from now until the runner rests, in ms. */
async function untilQuiet(): Promise<number> {
  const began = performance.now()
  await until('the runner to rest', async () => (await busy(100)) <= 10)
  return performance.now() - began - 100
}

/** Long enough that nothing ends by itself while a test looks. */
const endless = { ...user('Go on'), stream: true }
const longPrompt = Array.from({ length: 30_000 }, (_, index) => 300 + (index % 500))

describe('when a client goes away, the engine is free within 250 ms', () => {
  it('while it decodes', async () => {
    const request = await begin('/v1/chat/completions', endless)
    const reader = (await request.answering).body?.getReader()
    for (let chunk = 0; chunk < 10; chunk++) await reader?.read()
    expect(await busy()).toBeGreaterThan(0)
    const end = await request.leave()
    expect(end).toMatchObject({ outcome: 'cancelled', code: null })
    expect(end.completionTokens).toBeGreaterThan(10)
    expect(end.took).toBeLessThan(250)
    expect(await untilQuiet()).toBeLessThan(1000)
  })

  it('while it reads the prompt', async () => {
    const request = await begin('/v1/completions', { prompt: longPrompt, stream: true })
    await request.answering
    expect(await busy()).toBeGreaterThan(0)
    const end = await request.leave()
    expect(end).toMatchObject({ outcome: 'cancelled', promptTokens: 30_000, completionTokens: 0 })
    expect(end.took).toBeLessThan(250)
    expect(await untilQuiet()).toBeLessThan(1000)
  })

  it('while it waits for a slot, and the others go on', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => begin('/v1/chat/completions', endless)))
    for (const other of others) await (await other.answering).body?.getReader().read()
    const waiting = await begin('/v1/chat/completions', endless)
    await sleep(50)
    const end = await waiting.leave()
    expect(end).toMatchObject({ outcome: 'cancelled', completionTokens: 0, firstTokenMilliseconds: null })
    expect(end.took).toBeLessThan(250)
    expect((await core.status()).requests.active).toBe(4)
    const ends = await Promise.all(others.map(other => other.leave()))
    expect(ends.every(one => one.outcome === 'cancelled' && one.took < 250)).toBe(true)
  })

  it('while it waits for another model to be free, which is then never loaded', async () => {
    const running = await begin('/v1/chat/completions', endless)
    await (await running.answering).body?.getReader().read()
    const waiting = await begin('/v1/chat/completions', { ...endless, model: 'second' })
    await sleep(50)
    const end = await waiting.leave()
    expect(end).toMatchObject({ outcome: 'cancelled', promptTokens: 0 })
    expect(end.took).toBeLessThan(250)
    await running.leave()
    await sleep(100)
    expect(events.all('model.changed').filter(one => one.data.model === 'second')).toEqual([])
  })

  it('and takes 200 streams cut at once in its stride', async () => {
    const requests = await Promise.all(
      Array.from({ length: 200 }, () => begin('/v1/chat/completions', endless)),
    )
    const ends = await Promise.all(requests.map(request => request.leave()))
    expect(Math.max(...ends.map(end => end.took))).toBeLessThan(1000)
    expect((await core.status()).requests.active).toBe(0)
    expect(await untilQuiet()).toBeLessThan(1000)
  }, 60_000)
})

describe('models', () => {
  it('answer in turns and stay in memory together', async () => {
    const ask = (model: string) => core.post('/v1/chat/completions', user('Hello', { model, max_tokens: 4 }))
    const answers = await Promise.all(
      ['tiny', 'second', 'tiny', 'second'].map(async model => (await ask(model)).json()),
    )
    expect(answers.map(answer => (answer as ChatCompletion).model)).toEqual([
      'tiny',
      'second',
      'tiny',
      'second',
    ])
    expect(core.runners()).toHaveLength(2)
    const { states } = (await core.status()).models
    expect(states.map(({ id, state, leases }) => [id, state, leases]).toSorted()).toEqual([
      ['second', 'loaded', 0],
      ['tiny', 'loaded', 0],
    ])
  })

  it.each([false, true])('that are broken answer 422 with the reason (stream: %s)', async stream => {
    const response = await core.post('/v1/chat/completions', user('Hello', { model: 'broken', stream }))
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_model' } })
    const list = (await (await fetch(`${core.url}/v1/models/broken`)).json()) as { status: object }
    expect(list.status).toMatchObject({ value: 'invalid', reason: expect.any(String) })
    expect((await core.post('/v1/chat/completions', user('Hello', { max_tokens: 2 }))).status).toBe(200)
  })
})
