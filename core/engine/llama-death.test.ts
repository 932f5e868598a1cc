import { spawn as spawnProcess, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { GenerateRequest, LoadedModel } from './engine.ts'
import { ask, EngineForTest, request, signal } from './llama.testing.ts'
import { defaultWatchdog } from './watchdog.ts'

let tests: EngineForTest

/** Renders for ever when the user says "loop". */
const loops = `{% if messages[0].content == 'loop' %}{% for i in range(1000000) %}{% for j in range(1000000) %}x{% endfor %}{% endfor %}{% endif %}{{ messages[0].content }}`
const loop = { kind: 'chat', messages: [{ role: 'user', content: 'loop' }] } as const

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'), { contextLength: 32_768 })
  await writeTinyLlama(tests.path('loops'), { chatTemplate: loops })
})
afterAll(() => tests.done())

/** The process of the model that was loaded last. */
function runner(): number {
  return tests.children.at(-1)?.pid as number
}

/** Starts a request and fulfils when its first delta of that type has come. */
async function begin(
  model: LoadedModel,
  type: 'start' | 'text',
  more: Partial<GenerateRequest>,
): Promise<{ readonly failure: Promise<Failure> }> {
  const under = Promise.withResolvers<void>()
  const failure = (async (): Promise<Failure> => {
    try {
      for await (const delta of model.generate(request(more), signal))
        if (delta.type === type) under.resolve()
    } catch (error) {
      return { error, at: performance.now() }
    }
    throw new Error('The stream ended well.')
  })()
  await under.promise
  return { failure }
}

interface Failure {
  readonly error: unknown
  readonly at: number
}

const long = { maxTokens: 20_000 }
const longPrompt = { prompt: { kind: 'tokens', tokens: Array<number>(30_000).fill(7) } } as const

describe.each(['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const)('E1: a runner ended by %s', signalName => {
  test.each([
    { phase: 'while it generates', type: 'text', more: long },
    { phase: 'while it computes a prompt', type: 'start', more: longPrompt },
  ] as const)('$phase: its streams are told within 250 ms', async ({ type, more }) => {
    await using loaded = await tests.use('tiny')
    const streams = await Promise.all([begin(loaded.model, type, more), begin(loaded.model, type, more)])
    const killed = performance.now()
    process.kill(runner(), signalName)
    for (const { failure } of streams) {
      const { error, at } = await failure
      expect(error).toMatchObject({ code: 'engine_crashed', message: expect.stringContaining(signalName) })
      expect(at - killed).toBeLessThan(250)
    }
    expect(await loaded.model.ended).toEqual({ by: 'crash', reason: `it was ended by ${signalName}` })
  })

  test('while it is idle: the next request is told', async () => {
    await using loaded = await tests.use('tiny')
    process.kill(runner(), signalName)
    await loaded.model.ended
    await expect(ask(loaded.model)).rejects.toMatchObject({ code: 'engine_crashed' })
  })
})

test('E2: a runner that is stopped is found out and ended', async () => {
  const watchdog = { ...defaultWatchdog, heartbeat: 100, silence: 600 }
  await using loaded = await tests.use('tiny', {}, { watchdog: () => watchdog })
  const { failure } = await begin(loaded.model, 'text', long)
  const stopped = performance.now()
  process.kill(runner(), 'SIGSTOP')
  const { error, at } = await failure
  expect(error).toMatchObject({ code: 'engine_hung' })
  expect(at - stopped).toBeLessThan(2_000)
  expect(await loaded.model.ended).toMatchObject({ by: 'hang' })
})

test('an idle runner with a heartbeat is left alone', async () => {
  const watchdog = { ...defaultWatchdog, heartbeat: 100, silence: 600 }
  await using loaded = await tests.use('tiny', {}, { watchdog: () => watchdog })
  await new Promise(resolve => setTimeout(resolve, 1_500))
  expect((await ask(loaded.model)).end.usage.completionTokens).toBe(24)
})

test('a step that hangs is given up', async () => {
  const watchdog = { ...defaultWatchdog, heartbeat: 5, step: 0, stepFactor: 0 }
  await using loaded = await tests.use('tiny', {}, { watchdog: () => watchdog })
  await expect(ask(loaded.model, longPrompt)).rejects.toMatchObject({
    code: 'engine_hung',
    message: expect.stringContaining('one step took over'),
  })
})

test('a template that does not come to an end for some messages is given up', async () => {
  await using loaded = await tests.use('loops', {}, { templateDeadline: () => 300 })
  expect(
    await loaded.model.render({ kind: 'chat', messages: [{ role: 'user', content: 'fine' }] }, signal),
  ).toBe('fine')
  const bystander = await begin(loaded.model, 'text', { maxTokens: 2_000 })
  await expect(loaded.model.render(loop, signal)).rejects.toMatchObject({
    code: 'template_error',
    message: expect.stringContaining('took over 0.3 s'),
  })
  expect((await bystander.failure).error).toMatchObject({ code: 'engine_hung' })
  expect(await loaded.model.ended).toMatchObject({ by: 'hang' })
})

describe('a runner that dies while it loads', () => {
  test.each([
    { signalName: 'SIGSEGV', code: 'model_load_failed', says: 'SIGSEGV' },
    { signalName: 'SIGKILL', code: 'model_load_failed', says: 'for its memory' },
    // What llama.cpp does where a file contradicts what it takes for granted.
    { signalName: 'SIGABRT', code: 'invalid_model', says: 'gave this model up' },
  ] as const)('by $signalName: $code', async ({ signalName, code, says }) => {
    const loading = tests.load('tiny', { onProgress: () => process.kill(runner(), signalName) })
    await expect(loading).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
  })
})

describe('E8: the core’s death ends its runners within 2 s', () => {
  test.each([
    { doing: 'idle', busy: '' },
    { doing: 'in a template that never ends', busy: 'loop' },
  ])('$doing', async ({ busy }) => {
    const script = fileURLToPath(new URL('core.testing.ts', import.meta.url))
    const core = spawnProcess(process.execPath, [script, tests.path('loops'), busy], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = await new Promise<number>(resolve => core.stdout.once('data', text => resolve(Number(text))))
    expect(alive(pid)).toBe(true)
    core.kill('SIGKILL')
    const killed = performance.now()
    while (alive(pid) && performance.now() - killed < 5_000)
      await new Promise(resolve => setTimeout(resolve, 20))
    expect(performance.now() - killed).toBeLessThan(2_000)
  })
})

/** A process that has ended and that nobody has asked about yet is dead, though its number is still taken. */
function alive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}
