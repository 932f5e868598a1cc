import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { LoadedModel, TokenLogprob } from './engine.ts'
import { ask, EngineForTest } from './llama.testing.ts'

/**
 * A batch of another width adds the same numbers in another order. Where two tokens are this close (natural logarithms
 * of their probabilities), either may come out; anything further apart must not change.
 */
const nearTie = 0.01
const length = 48
const prompts = Array.from({ length: 8 }, (_, index) => {
  const words = Array.from({ length: 70 }, (_, at) => `word${(index + 1) * 7919 + at * 31}`)
  return `${words.join(' ')}. Tell of number ${index}`
})

let tests: EngineForTest
const prefixCache = () => ({ folder: join(tests.folder, 'prefix'), maxBytes: 1e9, maxAgeDays: 30 })

const stored = async () =>
  (await readdir(prefixCache().folder, { recursive: true })).filter(file => file.endsWith('.json')).length

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
})
afterAll(() => tests.done())

/** A greedy answer's tokens, each with the runner-up. */
async function tokensOf(model: LoadedModel, text: string): Promise<readonly TokenLogprob[]> {
  const request = { prompt: { kind: 'text', text } as const, maxTokens: length, logprobs: { top: 2 } }
  const { deltas } = await ask(model, request)
  return deltas.flatMap(delta => (delta.type === 'text' ? (delta.logprobs ?? []) : []))
}

/** The same tokens, up to a place where the two likeliest were as good as equal. */
function expectSame(found: readonly TokenLogprob[], alone: readonly TokenLogprob[]): void {
  const at = alone.findIndex(({ token }, index) => found[index]?.token !== token)
  if (at === -1) return
  const [first, second] = alone[at]?.top ?? []
  expect(found[at]?.token).toBe(second?.token)
  expect((first?.logprob ?? 0) - (second?.logprob ?? Number.NEGATIVE_INFINITY)).toBeLessThan(nearTie)
}

test('a greedy answer is the same alone, among seven others, and from every cache', async () => {
  const alone: (readonly TokenLogprob[])[] = []
  for (const text of prompts) {
    await using cold = await tests.use('tiny', { slots: 1 })
    alone.push(await tokensOf(cold.model, text))
  }
  for (const tokens of alone) expect(tokens.length).toBeGreaterThan(length / 2)
  {
    await using together = await tests.use('tiny', { slots: 8 }, { prefixCache })
    const among = await Promise.all(prompts.map(text => tokensOf(together.model, text)))
    for (const [index, tokens] of among.entries()) expectSame(tokens, alone[index] ?? [])
    // Each prompt's state is still in its slot.
    for (const [index, text] of prompts.entries())
      expectSame(await tokensOf(together.model, text), alone[index] ?? [])
    await expect.poll(stored, { timeout: 10_000 }).toBe(prompts.length)
  }
  await using restarted = await tests.use('tiny', { slots: 8 }, { prefixCache })
  for (const [index, text] of prompts.entries()) {
    const { end } = await ask(restarted.model, { prompt: { kind: 'text', text }, maxTokens: 1 })
    expect(end.cache?.source).toBe('disk')
    expectSame(await tokensOf(restarted.model, text), alone[index] ?? [])
  }
}, 60_000)
