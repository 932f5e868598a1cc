import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeEmbedder, writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { LoadedModel } from './engine.ts'
import { ask, EngineForTest, signal } from './llama.testing.ts'

let tests: EngineForTest
let model: LoadedModel

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
  await writeEmbedder(tests.path('embedder'))
  model = await tests.load('tiny')
})
afterAll(async () => {
  await model.dispose()
  await tests.done()
})

const text = 'The wind over the harbour turns to the north. '.repeat(3)

describe('how likely a prompt was', () => {
  test('is what the model says of its own words while it writes them', async () => {
    const request = { prompt: { kind: 'text', text } as const, maxTokens: 12, logprobs: { top: 2 } }
    const answer = await ask(model, { ...request, sampling: { temperature: 0 } })
    const said = answer.deltas.flatMap(delta => (delta.type === 'text' ? (delta.logprobs ?? []) : []))
    const before = await model.tokenize(text, { special: true }, signal)
    const tokens = [...before, ...said.map(({ token }) => token)]
    const scored = await model.score({ prompt: { kind: 'tokens', tokens }, top: 2 }, signal)
    expect(scored.map(({ token }) => token)).toEqual(tokens)
    expect(scored[0]).toMatchObject({ logprob: null, top: [] })
    for (const [index, one] of said.entries()) {
      const again = scored[before.length + index]
      expect(again?.text).toBe(one.text)
      // The steps are of other widths, which changes the last digits.
      expect(again?.logprob).toBeCloseTo(one.logprob, 1)
      expect(again?.top).toHaveLength(2)
    }
  })

  test('is told of the text alone, in its order', async () => {
    const scored = await model.score({ prompt: { kind: 'text', text }, top: 0 }, signal)
    expect(scored.map(one => one.text).join('')).toBe(text)
    expect(scored.slice(1).every(({ logprob }) => logprob !== null && logprob <= 0)).toBe(true)
  })

  test('leaves streams beside it alone', async () => {
    const request = {
      prompt: { kind: 'text', text: 'Weather' } as const,
      maxTokens: 40,
      sampling: { temperature: 0 },
    }
    const alone = await ask(model, request)
    const [beside] = await Promise.all([
      ask(model, request),
      model.score({ prompt: { kind: 'text', text }, top: 5 }, signal),
    ])
    expect(beside.text).toBe(alone.text)
  })
})

test('is refused where it is too long, of no text, or of a model that writes none', async () => {
  const long = { prompt: { kind: 'text', text: text.repeat(500) } as const, top: 0 }
  await expect(model.score(long, signal)).rejects.toMatchObject({ code: 'context_length_exceeded' })
  const unknown = { prompt: { kind: 'tokens', tokens: [1e6] } as const, top: 0 }
  await expect(model.score(unknown, signal)).rejects.toMatchObject({ code: 'invalid_value' })
  await using loaded = await tests.use('embedder')
  const asked = loaded.model.score({ prompt: { kind: 'text', text: 'a' }, top: 0 }, signal)
  await expect(asked).rejects.toMatchObject({ code: 'invalid_value' })
})

test('ends when nobody wants it any more', async () => {
  const abort = new AbortController()
  const asked = model.score({ prompt: { kind: 'text', text: text.repeat(5) }, top: 20 }, abort.signal)
  abort.abort(new Error('no longer'))
  await expect(asked).rejects.toThrow('no longer')
  expect(await model.score({ prompt: { kind: 'text', text: 'a' }, top: 0 }, signal)).not.toEqual([])
})
