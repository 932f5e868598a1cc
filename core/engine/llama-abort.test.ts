import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { LoadedModel } from './engine.ts'
import { ask, EngineForTest, request, signal } from './llama.testing.ts'

let tests: EngineForTest

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('long'), { contextLength: 32_768 })
})
afterAll(async () => {
  await tests.done()
})

describe('an abort', () => {
  /** Long enough to be under way when it is aborted. */
  const longPrompt = {
    kind: 'tokens',
    tokens: Array.from({ length: 30_000 }, (_, index) => 5 + (index % 900)),
  } as const
  const reason = new Error('enough')
  let long: LoadedModel
  beforeAll(async () => {
    long = await tests.load('long', { slots: 1 })
  })
  afterAll(() => long.dispose())

  /** The one slot is free again when the next request gets it. */
  async function expectFree(): Promise<void> {
    const started = performance.now()
    await ask(long, { maxTokens: 1 })
    expect(performance.now() - started).toBeLessThan(1_000)
  }

  test('before the start sends nothing', async () => {
    await expect(ask(long, {}, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('in the queue', async () => {
    const first = new AbortController()
    const running = ask(long, { maxTokens: 20_000 }, first.signal)
    const second = new AbortController()
    const waiting = ask(long, { maxTokens: 20_000 }, second.signal)
    setTimeout(() => second.abort(reason), 50)
    await expect(waiting).rejects.toBe(reason)
    first.abort(reason)
    await expect(running).rejects.toBe(reason)
    await expectFree()
  })

  test('while the prompt is computed', async () => {
    const abort = new AbortController()
    const deltas: string[] = []
    const running = (async () => {
      for await (const delta of long.generate(request({ prompt: longPrompt }), abort.signal))
        deltas.push(delta.type)
    })()
    setTimeout(() => abort.abort(reason), 100)
    const started = performance.now()
    await expect(running).rejects.toBe(reason)
    expect(performance.now() - started).toBeLessThan(350)
    expect(deltas).toEqual(['start'])
    await expectFree()
  })

  test('while it generates', async () => {
    const abort = new AbortController()
    let texts = 0
    const running = (async () => {
      for await (const delta of long.generate(request({ maxTokens: 20_000 }), abort.signal)) {
        if (delta.type === 'text' && ++texts === 10) abort.abort(reason)
      }
    })()
    await expect(running).rejects.toBe(reason)
    expect(texts).toBe(10)
    await expectFree()
  })

  test('is also a reader who leaves', async () => {
    for await (const delta of long.generate(request({ maxTokens: 20_000 }), signal))
      if (delta.type === 'text') break
    await expectFree()
  })

  test('leaves what was computed for the next', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(reason), 300)
    await expect(ask(long, { prompt: longPrompt }, abort.signal)).rejects.toBe(reason)
    const prompt = { kind: 'tokens', tokens: longPrompt.tokens.slice(0, 2_000) } as const
    const { end } = await ask(long, { prompt, maxTokens: 1 })
    expect(end.usage.cachedTokens).toBeGreaterThan(100)
  })
})
