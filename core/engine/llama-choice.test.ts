import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { LoadedModel, TokenLogprob } from './engine.ts'
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

const tokenOf = async (text: string) => (await model.tokenize(text, { special: true }, signal))[0] ?? 0
const biased = (token: number) => ({ temperature: 0, logitBias: [{ token, bias: 1000 }] })

describe('a grammar', () => {
  test('holds from the first token and ends the answer with itself', async () => {
    const { text, end } = await ask(model, {
      grammar: { text: 'root ::= "{" [a-f]{3} "}"' },
      sampling: { temperature: 1, seed: 4 },
    })
    expect(text).toMatch(/^\{[a-f]{3}\}$/)
    expect(end.reason).toBe('stop')
  })

  test('that cannot be read is refused before the start', async () => {
    const answer = ask(model, { grammar: { text: 'root ::= (' } })
    await expect(answer).rejects.toMatchObject({ code: 'invalid_value', param: 'grammar' })
    await expect(ask(model, { grammar: { text: 'root ::= root "a"' } })).rejects.toMatchObject({
      code: 'invalid_value',
    })
  })

  test('waits for its trigger, and holds from the token in which that begins', async () => {
    const free = await ask(model, { maxTokens: 40 })
    const trigger = free.text.slice(12, 16)
    const before = free.text.slice(0, 12)
    const hex = trigger.charCodeAt(0).toString(16)
    const grammar = {
      // The token in which it begins may bring other characters along in front of it.
      text: `root ::= [^\\x${hex}]{0,12} ${JSON.stringify(trigger)} "!" [xyz]{2}`,
      triggers: [trigger],
    }
    const { text, end } = await ask(model, { maxTokens: 40, grammar })
    expect(text.slice(0, 16)).toBe(before + trigger)
    expect(text.slice(text.indexOf(trigger) + trigger.length)).toMatch(/^![xyz]{2}$/)
    expect(end.reason).toBe('stop')
  })

  test('that the answer does not fit when its trigger comes up lets it go on', async () => {
    const free = await ask(model, { maxTokens: 40 })
    const trigger = free.text.slice(12, 16)
    const grammar = { text: 'root ::= "never this"', triggers: [trigger] }
    expect((await ask(model, { maxTokens: 40, grammar })).text).toBe(free.text)
  })
})

describe('special tokens', () => {
  test('are left out of the text, and are in it as markers', async () => {
    const token = await tokenOf('<|im_start|>')
    const request = { maxTokens: 3, sampling: biased(token) }
    expect((await ask(model, request)).text).toBe('')
    expect((await ask(model, { ...request, markers: ['<|im_start|>'] })).text).toBe('<|im_start|>'.repeat(3))
  })
})

describe('reasoning', () => {
  test('is counted, and ended by the engine when it has lasted long enough', async () => {
    const token = await tokenOf('z')
    const reasoning = { open: '<think>', close: '</think>', openInPrompt: true, budgetTokens: 5 }
    const { text, end } = await ask(model, { maxTokens: 30, sampling: biased(token), reasoning })
    expect(text).toMatch(/^z{5}<\/think>z+$/)
    expect(end.usage.reasoningTokens).toBeGreaterThan(5)
    expect(end.usage.reasoningTokens).toBeLessThan(end.usage.completionTokens)
  })
})

describe('logprobs', () => {
  const logprobsOf = (deltas: readonly unknown[]) =>
    deltas.flatMap(delta => (delta as { logprobs?: readonly TokenLogprob[] }).logprobs ?? [])

  test('tell each token of the answer and the likeliest beside it', async () => {
    const { deltas, text } = await ask(model, { maxTokens: 12, logprobs: { top: 4 } })
    const logprobs = logprobsOf(deltas)
    expect(logprobs).toHaveLength(12)
    expect(logprobs.map(each => each.text).join('')).toBe(text)
    for (const { token, logprob, top } of logprobs) {
      expect(top).toHaveLength(4)
      // Greedy: the chosen one is the likeliest.
      expect(top[0]).toMatchObject({ token, logprob })
      expect(top.map(each => each.logprob)).toEqual(top.map(each => each.logprob).sort((a, b) => b - a))
      expect(top.reduce((sum, each) => sum + Math.exp(each.logprob), 0)).toBeLessThanOrEqual(1.001)
    }
  })

  test('of an unlikely token are those of the model, not of what was forced on it', async () => {
    const token = await tokenOf('z')
    const { deltas } = await ask(model, { maxTokens: 2, sampling: biased(token), logprobs: { top: 0 } })
    const plain = await ask(model, { maxTokens: 1, logprobs: { top: 1 } })
    const [first] = logprobsOf(deltas)
    expect(first).toMatchObject({ token, text: 'z', top: [] })
    expect(first?.logprob).toBeLessThan(logprobsOf(plain.deltas)[0]?.logprob ?? -9999)
  })

  test('are not there when nobody asked', async () => {
    expect(logprobsOf((await ask(model)).deltas)).toEqual([])
  })
})

test('XTC and DRY change what is chosen', async () => {
  const plain = await ask(model, { maxTokens: 60, prompt: chat('Hello') })
  const sampling = { temperature: 0, dry: { multiplier: 50, allowedLength: 1, sequenceBreakers: [] } }
  const dry = await ask(model, { maxTokens: 60, prompt: chat('Hello hello hello hello'), sampling })
  expect(dry.text).not.toBe(plain.text)
  const xtc = { temperature: 0, seed: 1, xtc: { probability: 1, threshold: 0.000001 } }
  expect((await ask(model, { maxTokens: 60, prompt: chat('Hello'), sampling: xtc })).text).not.toBe(
    plain.text,
  )
})
