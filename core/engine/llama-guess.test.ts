import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { LoadedModel } from './engine.ts'
import { ask, EngineForTest, signal } from './llama.testing.ts'

let tests: EngineForTest
let model: LoadedModel

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
  model = await tests.load('tiny', { slots: 2 })
})
afterAll(async () => {
  await model.dispose()
  await tests.done()
})

test('guesses that hold are counted, and the answer is as long and the same', async () => {
  const [token = 0] = await model.tokenize('z', { special: false }, signal)
  const sampling = { temperature: 0, logitBias: [{ token, bias: 1000 }] }
  const { text, end } = await ask(model, { maxTokens: 50, sampling })
  expect(text).toBe('z'.repeat(50))
  expect(end.usage.completionTokens).toBe(50)
  expect(end.timings.speculation?.drafted).toBeGreaterThan(0)
  expect(end.timings.speculation?.accepted).toBe(end.timings.speculation?.drafted)
})

test('guesses that do not hold leave no trace', async () => {
  const request = { prompt: { kind: 'text', text: 'one boat, two boats' } as const, maxTokens: 80 }
  // Two streams at once are never guessed for.
  const [beside] = await Promise.all([
    ask(model, request),
    ask(model, { prompt: { kind: 'text', text: 'Another' }, maxTokens: 200 }),
  ])
  const half = beside.text.length >> 1
  // Right at first, so that guesses are tried, and wrong from then on.
  const predicted = beside.text.slice(0, half) + [...beside.text.slice(half)].reverse().join('')
  // A model that has just been loaded does not know yet what wider steps cost, and tries one.
  await using loaded = await tests.use('tiny', { slots: 2 })
  const alone = await ask(loaded.model, { ...request, predicted })
  expect(alone.text).toBe(beside.text)
  const { drafted = 0, accepted = 0 } = alone.end.timings.speculation ?? {}
  expect(drafted).toBeGreaterThan(accepted)
})

test('a stop text inside of guesses ends the answer there', async () => {
  const [token = 0] = await model.tokenize('z', { special: false }, signal)
  const sampling = { temperature: 0, logitBias: [{ token, bias: 1000 }] }
  const { text, end } = await ask(model, { maxTokens: 50, sampling, stop: ['zzzzzzz'] })
  expect(text).toBe('')
  expect(end).toMatchObject({ reason: 'stop', usage: { completionTokens: 7 } })
})

test('what an answer was expected to be is guessed, and changes nothing', async () => {
  const request = {
    prompt: { kind: 'text', text: 'Weather' } as const,
    maxTokens: 40,
    sampling: { temperature: 0 },
  }
  const expected = await ask(model, { ...request, predicted: '' })
  // A model that has just been loaded does not know yet what wider steps cost, and tries one.
  await using right = await tests.use('tiny', { slots: 2 })
  const guessed = await ask(right.model, { ...request, predicted: expected.text })
  expect(guessed.text).toBe(expected.text)
  expect(guessed.end.timings.speculation?.accepted).toBeGreaterThan(0)
  const wrong = await ask(model, { ...request, predicted: [...expected.text].reverse().join('') })
  expect(wrong.text).toBe(expected.text)
})
