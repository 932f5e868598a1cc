import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import { writeTinyAdapter } from '../../scripts/gguf/lora.ts'
import type { LoadOptions } from './engine.ts'
import { ask, EngineForTest } from './llama.testing.ts'

// Each test loads several models.
vi.setConfig({ testTimeout: 60_000 })

let tests: EngineForTest

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
  await writeTinyAdapter(tests.path('adapter'))
  await writeTinyAdapter(tests.path('foreign'), { architecture: 'qwen3' })
})
afterAll(() => tests.done())

async function answerWith(options: Partial<LoadOptions>): Promise<string> {
  await using loaded = await tests.use('tiny', { slots: 1, ...options })
  return (await ask(loaded.model)).text
}

describe('adapters', () => {
  test('change answers by their share', async () => {
    const path = tests.path('adapter')
    const plain = await answerWith({})
    expect(await answerWith({ adapters: [{ path, scale: 1 }] })).not.toBe(plain)
    expect(await answerWith({ adapters: [{ path, scale: 0 }] })).toBe(plain)
  })

  test.each([
    { name: 'foreign', says: /for qwen3 models, and this one is llama/ },
    { name: 'tiny', says: /no LoRA adapter/ },
    { name: 'missing', says: /cannot be read/ },
  ])('of another kind are refused before they get near llama.cpp: $name', async ({ name, says }) => {
    const adapters = [{ path: tests.path(name), scale: 1 }]
    await expect(tests.load('tiny', { adapters })).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringMatching(says),
    })
  })
})

describe('positions', () => {
  test('with another base give other answers', async () => {
    expect(await answerWith({ ropeBase: 1_000 })).not.toBe(await answerWith({}))
  })

  test.each(['linear', 'yarn'] as const)(
    'stretched (%s) hold a longer context than was trained',
    async ropeScaling => {
      await using loaded = await tests.use('tiny', {
        slots: 1,
        ropeScaling,
        ropeFactor: 2,
        contextLength: 4_000,
      })
      expect(loaded.model.facts.contextLength).toBe(4_000)
      const prompt = {
        kind: 'tokens',
        tokens: Array.from({ length: 2_500 }, (_, at) => 300 + (at % 500)),
      } as const
      expect((await ask(loaded.model, { prompt, maxTokens: 4 })).end.usage.completionTokens).toBe(4)
    },
  )
})

describe('a draft model', () => {
  // It guesses for itself: what it guesses holds.
  const path = resolve('assets/impetus-mini.gguf')
  const prompt = { kind: 'text', text: 'one two three four one two three four one two' } as const
  const load = (options: Partial<LoadOptions>) =>
    tests
      .engine()
      .load({ id: 'mini', path }, { signal: new AbortController().signal, threads: 1, slots: 1, ...options })

  test('guesses what is then said, and changes nothing of it', async () => {
    await using stack = new AsyncDisposableStack()
    const plain = await load({ speculation: 'off' })
    stack.defer(() => plain.dispose())
    const drafted = await load({ draftPath: path, speculation: 'draft' })
    stack.defer(() => drafted.dispose())
    const request = { prompt, maxTokens: 60 }
    const without = await ask(plain, request)
    const withDraft = await ask(drafted, request)
    expect(withDraft.text).toBe(without.text)
    expect(without.end.timings.speculation).toBe(undefined)
    const { drafted: count = 0, accepted, steps } = withDraft.end.timings.speculation ?? { accepted: 0 }
    expect(count).toBeGreaterThan(0)
    expect(accepted).toBe(count)
    expect(steps).toBeGreaterThan(0)
    // Another conversation begins anew.
    const other = { prompt: { kind: 'text', text: 'a b c d a b c d a b' } as const, maxTokens: 20 }
    expect((await ask(drafted, other)).text).toBe((await ask(plain, other)).text)
  })

  test('with another vocabulary is refused', async () => {
    await expect(tests.load('tiny', { draftPath: path })).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringMatching(/another vocabulary/),
    })
  })
})
