/** Runners killed, crashed and stopped, many times: the core goes on, streams end plainly, the next request is served. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChatCompletion } from '../core/contract/chat.ts'
import type { SettingsInput } from '../core/contract/settings.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore, until } from './support/core.ts'

const times = 50
const never = { count: 1_000_000, seconds: 1 }
const longPrompt = Array.from({ length: 30_000 }, (_, index) => 300 + (index % 500))

async function coreWith(engine: SettingsInput['engine']): Promise<StartedCore> {
  return startCore({
    settings: { models: { default: 'tiny' }, engine: { ...engine } },
    models: async folder => {
      await writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 32_768 })
      await writeTinyLlama(join(folder, 'spare.gguf'), { seed: 2 })
    },
  })
}

function ask(core: StartedCore, model = 'tiny'): Promise<Response> {
  return core.post('/v1/chat/completions', {
    model,
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 3,
  })
}

async function mustBeServed(core: StartedCore): Promise<void> {
  const response = await ask(core)
  const answer = (await response.json()) as ChatCompletion
  expect([response.status, answer.choices?.[0]?.finish_reason], JSON.stringify(answer)).toEqual([
    200,
    'length',
  ])
}

function onlyRunner(core: StartedCore): number {
  const [runner, ...more] = core.runners()
  expect(more).toEqual([])
  return runner ?? expect.fail('There is no runner.')
}

/** A stream that has begun: in the middle of its prompt, or of its answer. */
async function beginStream(core: StartedCore, where: 'prefill' | 'decode') {
  const body = where === 'prefill' ? { prompt: longPrompt } : { prompt: 'Go on', max_tokens: 30_000 }
  const response = await core.post('/v1/completions', { ...body, stream: true })
  expect(response.status).toBe(200)
  const reader = (response.body ?? expect.fail('There is no body.'))
    .pipeThrough(new TextDecoderStream())
    .getReader()
  let text = ''
  if (where === 'decode') while (text.length < 2000) text += (await reader.read()).value ?? ''
  return {
    async rest(): Promise<string[]> {
      for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value
      return text
        .split('\n\n')
        .flatMap(frame => (frame.startsWith('data: ') ? [frame.slice('data: '.length)] : []))
    },
  }
}

/** Kills the runner while it does this; gives how long its stream then took to end, in ms. */
async function strike(
  core: StartedCore,
  signal: NodeJS.Signals,
  where: 'idle' | 'prefill' | 'decode',
  code: string,
) {
  const runner = onlyRunner(core)
  if (where === 'idle') {
    process.kill(runner, signal)
    return undefined
  }
  const stream = await beginStream(core, where)
  process.kill(runner, signal)
  const struck = performance.now()
  const events = await stream.rest()
  const took = performance.now() - struck
  const errors = events.filter(event => event.startsWith('{"error"'))
  expect(errors).toHaveLength(1)
  expect(JSON.parse(errors[0] ?? '')).toMatchObject({ error: { code, type: 'server_error' } })
  expect(events.slice(-2)).toEqual([errors[0], '[DONE]'])
  expect(events.some(event => event.includes('"finish_reason":"'))).toBe(false)
  return took
}

/** What must hold after every fault. */
async function mustBeWhole(core: StartedCore, descriptors: number): Promise<void> {
  expect(core.process.exitCode).toBe(null)
  const status = await core.status()
  expect(status.pid).toBe(core.pid)
  expect(status.requests.active).toBe(0)
  expect(status.models.states).toMatchObject([{ id: 'tiny', state: 'loaded', leases: 0 }])
  await until('one runner to be left', () => core.children().length === 1)
  await until(
    `descriptors to be back at ${descriptors} ± 2, and not at ${core.descriptors()}`,
    () => Math.abs(core.descriptors() - descriptors) <= 2,
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function report(what: string, took: readonly number[]): void {
  const [middle, most] = [median(took), Math.max(...took)].map(Math.round)
  console.log(`${what}: streams ended after ${middle} ms (median), ${most} ms at most`)
}

const places = ['decode', 'prefill', 'idle'] as const

// One after the other: with the stops beside it, it would be the test that makes the core slow.
describe(`a runner killed ${times} times`, () => {
  it.each(['SIGKILL', 'SIGSEGV'] as const)(
    'by %s while it decodes, reads a prompt, or rests',
    async signal => {
      await using core = await coreWith({ crashLimit: never })
      await mustBeServed(core)
      const descriptors = core.descriptors()
      const took: number[] = []
      for (let time = 0; time < times; time++) {
        const ended = await strike(core, signal, places[time % 3] ?? 'decode', 'engine_crashed')
        if (ended !== undefined) took.push(ended)
        await mustBeServed(core)
      }
      await mustBeWhole(core, descriptors)
      report(signal, took)
      expect(Math.max(...took)).toBeLessThan(250)
    },
    300_000,
  )
})

describe.concurrent(`a runner stopped ${times} times`, () => {
  // Three cores share the stops, because each is known only after a while of silence.
  it.each([17, 17, 16])(
    'by SIGSTOP while it decodes or reads a prompt, %i of them',
    async share => {
      // The limit is short here; a test of the engine proves the default.
      await using core = await coreWith({ crashLimit: never, hang: { silenceSeconds: 1.5 } })
      await mustBeServed(core)
      const descriptors = core.descriptors()
      const took: number[] = []
      for (let time = 0; time < share; time++) {
        took.push((await strike(core, 'SIGSTOP', places[time % 2] ?? 'decode', 'engine_hung')) ?? 0)
        await mustBeServed(core)
      }
      await mustBeWhole(core, descriptors)
      report('SIGSTOP', took)
      expect(Math.min(...took)).toBeGreaterThan(750)
      expect(median(took)).toBeLessThan(3000)
    },
    300_000,
  )
})

it('killed while it loads: that request fails plainly, the next is served', async () => {
  await using core = await coreWith({ crashLimit: never })
  const asked = ask(core)
  await until('a runner to start', () => core.runners().length === 1)
  process.kill(onlyRunner(core), 'SIGKILL')
  const response = await asked
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ error: { code: 'model_load_failed' } })
  await mustBeServed(core)
})

it('leaves a model alone after five crashes within a minute, with the reason, and serves another', async () => {
  await using core = await coreWith({})
  for (let crash = 0; crash < 5; crash++) {
    await mustBeServed(core)
    await strike(core, 'SIGKILL', 'decode', 'engine_crashed')
  }
  const refused = await ask(core)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({
    error: {
      code: 'model_quarantined',
      message: expect.stringMatching(/crashed 5 times within 60 seconds.*SIGKILL/),
    },
  })
  const shown = await (await fetch(`${core.url}/v1/models/tiny`)).json()
  expect(shown).toMatchObject({
    status: { value: 'quarantined', reason: expect.stringContaining('5 times') },
  })
  expect((await ask(core, 'spare')).status).toBe(200)
  expect((await fetch(`${core.url}/health`)).status).toBe(200)
}, 60_000)
