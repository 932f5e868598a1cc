import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeGemmaLike, writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { ChatPrompt, LoadedModel } from './engine.ts'
import { ask, chat, EngineForTest, signal } from './llama.testing.ts'

let tests: EngineForTest
let model: LoadedModel

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
  await writeTinyLlama(tests.path('plain'), { chatTemplate: null })
  await writeGemmaLike(tests.path('gemma'))
  model = await tests.load('tiny')
})
afterAll(async () => {
  await model.dispose()
  await tests.done()
})

describe('a prompt', () => {
  test('that was there before is not computed again', async () => {
    await using loaded = await tests.use('tiny', { slots: 2 })
    const first = await ask(loaded.model, { prompt: chat('Tell me a story about a small boat.') })
    expect(first.end.usage.cachedTokens).toBe(0)
    const next = chat('Tell me a story about a small boat.', first.text, 'And then?')
    const second = await ask(loaded.model, { prompt: next })
    // All of turn one's prompt at least; this model's gibberish is not always cut into the same tokens again.
    expect(second.end.usage.cachedTokens).toBeGreaterThanOrEqual(first.start.promptTokens)
    const again = await ask(loaded.model, { prompt: next })
    expect(again.end.usage.cachedTokens).toBe(again.start.promptTokens - 1)
    expect(again.text).toBe(second.text)
  })

  test('that is too long is refused with the figures', async () => {
    const tokens = Array<number>(3000).fill(5)
    await expect(ask(model, { prompt: { kind: 'tokens', tokens } })).rejects.toMatchObject({
      code: 'context_length_exceeded',
      param: 'prompt',
      message: expect.stringContaining('3000 tokens > 2047 maximum'),
    })
    await expect(
      ask(model, { prompt: { kind: 'tokens', tokens: tokens.slice(0, 2048) } }),
    ).rejects.toMatchObject({
      code: 'context_length_exceeded',
    })
    const { end } = await ask(model, { prompt: { kind: 'tokens', tokens: tokens.slice(0, 2047) } })
    expect(end).toMatchObject({ reason: 'length', usage: { promptTokens: 2047, completionTokens: 1 } })
  })

  test('that is far too long is refused without being read to its end', async () => {
    const text = 'some words and so on, '.repeat(1_000_000)
    const started = performance.now()
    await expect(ask(model, { prompt: { kind: 'text', text } })).rejects.toMatchObject({
      code: 'context_length_exceeded',
      message: expect.stringMatching(/too long: \d{7,8} tokens > 2047 maximum/),
    })
    const messages = Array.from({ length: 50_000 }, () => ({ role: 'user', content: 'x' }) as const)
    await expect(ask(model, { prompt: { kind: 'chat', messages } })).rejects.toMatchObject({
      code: 'context_length_exceeded',
      param: 'messages',
    })
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  test.each([-1, 1024, 1.5, 2 ** 40])('with the token %d is refused', async token => {
    await expect(ask(model, { prompt: { kind: 'tokens', tokens: [5, token] } })).rejects.toMatchObject({
      code: 'invalid_value',
      param: 'prompt',
    })
    await expect(ask(model, { sampling: { logitBias: [{ token, bias: 1 }] } })).rejects.toMatchObject({
      code: 'invalid_value',
      param: 'logit_bias',
    })
  })

  test('may be empty', async () => {
    expect((await ask(model, { prompt: { kind: 'text', text: '' } })).start.promptTokens).toBe(1)
    expect((await ask(model, { prompt: { kind: 'tokens', tokens: [] } })).start.promptTokens).toBe(1)
  })

  test('reads special tokens in plain text', async () => {
    const text = '<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>'
    const { start } = await ask(model, { prompt: { kind: 'text', text } })
    expect(start.promptTokens).toBe(5)
    expect(
      (await ask(model, { prompt: { kind: 'infill', prefix: 'a', suffix: 'b' } })).start.promptTokens,
    ).toBe(5)
  })

  test('to fill in the middle needs a model that can', async () => {
    await using gemma = await tests.use('gemma')
    await expect(
      ask(gemma.model, { prompt: { kind: 'infill', prefix: 'a', suffix: 'b' } }),
    ).rejects.toMatchObject({ code: 'invalid_value', param: 'suffix' })
  })
})

describe('a chat', () => {
  test('is rendered by the model’s template', async () => {
    expect(await model.render(chat('Hi'), signal)).toBe(
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    )
    const { start } = await ask(model, { prompt: chat('Hi') })
    const tokens = await model.tokenize(await model.render(chat('Hi'), signal), { special: true }, signal)
    expect(start.promptTokens).toBe(tokens.length)
  })

  test('has the beginning-of-sequence token once, whoever writes it', async () => {
    await using gemma = await tests.use('gemma')
    const text = await gemma.model.render(chat('Hi'), signal)
    expect(text.startsWith('<bos>')).toBe(true)
    const tokens = await gemma.model.tokenize(text, { special: true }, signal)
    expect((await ask(gemma.model, { prompt: chat('Hi') })).start.promptTokens).toBe(tokens.length)
    const plain = await gemma.model.tokenize('Hi', { special: true }, signal)
    expect((await ask(gemma.model, { prompt: { kind: 'text', text: 'Hi' } })).start.promptTokens).toBe(
      plain.length + 1,
    )
  })

  test('that the template refuses is told as such', async () => {
    await using gemma = await tests.use('gemma')
    const twice: ChatPrompt = {
      kind: 'chat',
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: 'b' },
      ],
    }
    const refusal = {
      code: 'template_error',
      param: 'messages',
      message: expect.stringContaining('must alternate'),
    }
    await expect(ask(gemma.model, { prompt: twice })).rejects.toMatchObject(refusal)
    await expect(gemma.model.render(twice, signal)).rejects.toMatchObject(refusal)
    expect(gemma.model.facts).toMatchObject({ hasChatTemplate: true, supportsTools: false })
  })

  test('with a model without a template is ChatML', async () => {
    await using plain = await tests.use('plain')
    expect(plain.model.facts).toMatchObject({ hasChatTemplate: false, supportsTools: false })
    expect(await plain.model.render(chat('Hi'), signal)).toBe(
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    )
  })
})

test('text becomes tokens and tokens text', async () => {
  const tokens = await model.tokenize('Grüß dich, 🌍!', { special: false }, signal)
  expect(await model.detokenize(tokens, signal)).toBe('Grüß dich, 🌍!')
  await expect(model.detokenize([999_999], signal)).rejects.toMatchObject({ code: 'invalid_value' })
})
