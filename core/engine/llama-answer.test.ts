import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { LoadedModel } from './engine.ts'
import { ask, chat, EngineForTest, signal } from './llama.testing.ts'

let tests: EngineForTest
let model: LoadedModel

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
  model = await tests.load('tiny')
})
afterAll(async () => {
  await model.dispose()
  await tests.done()
})

describe('an answer', () => {
  test('begins with start, ends with end, and counts its tokens', async () => {
    const { deltas, end, start } = await ask(model, { prompt: chat('Hello') })
    expect(deltas.filter(delta => delta.type !== 'text')).toEqual([start, end])
    expect(end).toMatchObject({
      reason: 'length',
      usage: { promptTokens: start.promptTokens, completionTokens: 24, reasoningTokens: 0 },
    })
    const told = deltas.reduce((sum, delta) => sum + (delta.type === 'text' ? delta.tokens : 0), 0)
    expect(told).toBe(24)
    const { queued, prefill, decode } = end.timings
    for (const milliseconds of [queued, prefill, decode]) expect(milliseconds).toBeGreaterThanOrEqual(0)
  })

  test('is the same every time when it is greedy', async () => {
    const first = await ask(model, { maxTokens: 100 })
    expect(first.text.length).toBeGreaterThan(50)
    expect((await ask(model, { maxTokens: 100 })).text).toBe(first.text)
  })

  test('is the same for the same seed, and another for another', async () => {
    const sampling = { temperature: 1, topK: 0, topP: 1, minP: 0 }
    const first = await ask(model, { sampling: { ...sampling, seed: 5 } })
    expect((await ask(model, { sampling: { ...sampling, seed: 5 } })).text).toBe(first.text)
    expect((await ask(model, { sampling: { ...sampling, seed: 6 } })).text).not.toBe(first.text)
    const unseeded = [await ask(model, { sampling }), await ask(model, { sampling })]
    expect(unseeded[0]?.text).not.toBe(unseeded[1]?.text)
  })

  test('obeys biases', async () => {
    const [token = 0] = await model.tokenize('z', { special: false }, signal)
    const { text } = await ask(model, {
      maxTokens: 5,
      sampling: { temperature: 0, logitBias: [{ token, bias: 1000 }] },
    })
    expect(text).toBe('zzzzz')
  })

  test('ends with the model’s own end of turn', async () => {
    const [token = 0] = await model.tokenize('<|im_end|>', { special: true }, signal)
    const { text, end } = await ask(model, {
      sampling: { temperature: 0, logitBias: [{ token, bias: 1000 }] },
    })
    expect(text).toBe('')
    expect(end).toMatchObject({ reason: 'stop', usage: { completionTokens: 1 } })
  })

  test('obeys penalties', async () => {
    const sampling = { temperature: 0, presencePenalty: 100 }
    const { deltas } = await ask(model, { maxTokens: 60, sampling })
    const words = deltas.flatMap(delta => (delta.type === 'text' ? [delta.text] : []))
    expect(new Set(words).size).toBe(words.length)
  })

  test('ends before a stop text, wherever its tokens are cut', async () => {
    const { text } = await ask(model, { maxTokens: 40 })
    for (let at = 10; at < 20; at++) {
      const stop = text.slice(at, at + 5)
      const stopped = await ask(model, { maxTokens: 40, stop: ['never there', stop] })
      expect(stopped.text).toBe(text.slice(0, text.indexOf(stop)))
      expect(stopped.end).toMatchObject({ reason: 'stop', stopSequence: stop })
    }
  })

  test('has no tokens when none are asked for', async () => {
    const { deltas, end } = await ask(model, { maxTokens: 0 })
    expect(deltas).toHaveLength(2)
    expect(end).toMatchObject({ reason: 'length', usage: { completionTokens: 0 } })
  })

  test('runs to the end of the context when nothing else ends it', async () => {
    await using loaded = await tests.use('tiny', { contextLength: 128, slots: 1 })
    const { start, end } = await ask(loaded.model, { maxTokens: undefined as never })
    expect(end.reason).toBe('length')
    expect(start.promptTokens + end.usage.completionTokens).toBe(128)
  })
})

describe('many at once', () => {
  test('64 streams all finish, however few slots there are', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        ask(model, { prompt: { kind: 'text', text: `Story number ${index}` }, maxTokens: 10 + (index % 7) }),
      ),
    )
    for (const [index, { end }] of answers.entries())
      expect(end.usage.completionTokens).toBe(10 + (index % 7))
  })

  /**
   * Sums in another order can turn a near-tie, so this holds where likely tokens are apart by more than rounding,
   * which they are all along these texts: 32 others of 60 tokens each were the same too, with F16 weights as well.
   */
  test('a greedy answer is the same alone, from a kept prompt and among others', async () => {
    await using loaded = await tests.use('tiny', { slots: 8 })
    const story = (index: number) =>
      ask(loaded.model, {
        prompt: { kind: 'text', text: `Story number ${index}, of a boat and ${index} oars` },
        maxTokens: 40,
      })
    const texts = (answers: readonly { text: string }[]) => answers.map(answer => answer.text)
    const indexes = Array.from({ length: 8 }, (_, index) => index)
    const alone = []
    for (const index of indexes) alone.push(await story(index))
    const kept = []
    for (const index of indexes) kept.push(await story(index))
    expect(kept.every(answer => answer.end.usage.cachedTokens > 0)).toBe(true)
    const together = await Promise.all(indexes.map(story))
    expect(texts(kept)).toEqual(texts(alone))
    expect(texts(together)).toEqual(texts(alone))
    expect(new Set(texts(alone)).size).toBe(indexes.length)
  })

  test('a stream is not mixed up with its neighbours', async () => {
    await using loaded = await tests.use('tiny', { slots: 4 })
    const letters = [...'abcdefgh']
    const tokens = await Promise.all(
      letters.map(letter => loaded.model.tokenize(letter, { special: false }, signal)),
    )
    const answers = await Promise.all(
      letters.map((letter, index) =>
        ask(loaded.model, {
          prompt: { kind: 'text', text: letter },
          maxTokens: 20,
          sampling: { temperature: 0, logitBias: [{ token: tokens[index]?.[0] ?? 0, bias: 1000 }] },
        }),
      ),
    )
    expect(answers.map(answer => answer.text)).toEqual(letters.map(letter => letter.repeat(20)))
  })
})
