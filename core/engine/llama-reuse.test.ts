import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeGemmaLike, writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { LoadedModel } from './engine.ts'
import { ask, EngineForTest } from './llama.testing.ts'

let tests: EngineForTest

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
  await writeGemmaLike(tests.path('gemma'))
})
afterAll(() => tests.done())

const words = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name} ${index * 7919}`).join(', ')
const say = (model: LoadedModel, text: string, maxTokens = 20) =>
  ask(model, { prompt: { kind: 'text', text }, maxTokens })
const system = words('rule', 60)

/** Answers on a model that has computed nothing before. */
async function cold(name: string, texts: readonly string[]): Promise<string[]> {
  const answers: string[] = []
  for (const text of texts) {
    await using loaded = await tests.use(name, { slots: 1 })
    answers.push((await say(loaded.model, text)).text)
  }
  return answers
}

describe('a prompt’s beginning', () => {
  test('is copied from another slot, and the answer is the same', async () => {
    const texts = ['a boat', 'an oar', 'the sea'].map(text => `${system}. Tell of ${text}`)
    await using loaded = await tests.use('tiny', { slots: 3 })
    const answers = []
    for (const text of texts) answers.push(await say(loaded.model, text, 90))
    const begun = (text: string) => text.slice(0, 30)
    expect(answers.map(({ text }) => begun(text))).toEqual((await cold('tiny', texts)).map(begun))
    const [first, second, third] = answers.map(({ end }) => end.cache)
    expect(first).toMatchObject({ source: 'none', reusedTokens: 0, miss: { cause: 'first' } })
    for (const fact of [second, third]) {
      expect(fact).toMatchObject({ source: 'otherSlot', miss: { cause: 'unknown' } })
      expect(fact?.reusedTokens).toBe(fact?.matchedTokens)
      expect(fact?.reusedTokens).toBeGreaterThan(200)
    }
    expect(third?.miss?.before.endsWith('Tell of ')).toBe(true)
    // Four models are loaded, one after the other.
  }, 60_000)

  test('is computed once for several answers to the same prompt', async () => {
    await using loaded = await tests.use('tiny', { slots: 4 })
    const prompt = `${system}. Tell of a boat`
    const answers = await Promise.all(Array.from({ length: 4 }, () => say(loaded.model, prompt)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const computed = answers.map(({ end }) => end.usage.promptTokens - end.usage.cachedTokens)
    expect(computed.filter(tokens => tokens > 100)).toHaveLength(1)
  })

  test('goes on in its own slot, and what changed in it is told', async () => {
    await using loaded = await tests.use('tiny', { slots: 2 })
    const first = `Now: 10:41:07. ${system}`
    await say(loaded.model, first)
    const next = await say(loaded.model, first)
    expect(next.end.cache).toMatchObject({ source: 'slot' })
    expect(next.end.cache?.miss).toBeUndefined()
    const changed = await say(loaded.model, `Now: 11:52:07. ${system}`)
    expect(changed.end.cache?.miss).toMatchObject({ cause: 'timestamp' })
  })
})

describe('a state on disk', () => {
  const prefixCache = () => ({ folder: join(tests.folder, 'prefix'), maxBytes: 1e9, maxAgeDays: 30 })
  const stored = async () =>
    (await readdir(prefixCache().folder, { recursive: true })).filter(file => file.endsWith('.state'))

  test('survives the runner, and the answer is the same', async () => {
    const text = `${system}. Tell of a boat`
    const [alone] = await cold('tiny', [text])
    {
      await using loaded = await tests.use('tiny', { slots: 1 }, { prefixCache })
      expect((await say(loaded.model, text)).text).toBe(alone)
    }
    expect(await stored()).toHaveLength(1)
    await using again = await tests.use('tiny', { slots: 1 }, { prefixCache })
    const { text: answer, end } = await say(again.model, text)
    expect(answer).toBe(alone)
    expect(end.cache).toMatchObject({ source: 'disk' })
    expect(end.usage.cachedTokens).toBe(end.usage.promptTokens - 1)
  })

  test('that was damaged is not used', async () => {
    const [file = ''] = await stored()
    const path = join(prefixCache().folder, file)
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
    const text = `${system}. Tell of a boat`
    await using again = await tests.use('tiny', { slots: 1 }, { prefixCache })
    const { text: answer, end } = await say(again.model, text)
    expect(answer).toBe((await cold('tiny', [text]))[0])
    expect(end.usage.cachedTokens).toBe(0)
  })

  test('makes room in a slot for another conversation, and comes back', async () => {
    await using loaded = await tests.use('tiny', { slots: 1 }, { prefixCache })
    const texts = [`${words('pear', 60)}. Go on`, `${words('plum', 60)}. Go on`]
    const first = await say(loaded.model, texts[0]!)
    await say(loaded.model, texts[1]!)
    await new Promise(resolve => setTimeout(resolve, 100))
    const again = await say(loaded.model, texts[0]!)
    expect(again.text).toBe(first.text)
    expect(again.end.cache).toMatchObject({ source: 'disk' })
  })

  test('is left alone by a context with another number of slots, which could not read it', async () => {
    const text = `${words('fig', 60)}. Go on`
    {
      await using loaded = await tests.use('tiny', { slots: 1 }, { prefixCache })
      await say(loaded.model, text)
    }
    const before = await stored()
    await using other = await tests.use('tiny', { slots: 2 }, { prefixCache })
    expect((await say(other.model, text)).end.usage.cachedTokens).toBe(0)
    expect(await stored()).toEqual(expect.arrayContaining(before))
  })
})

describe('a state that cannot be cut', () => {
  test('goes back to where it was copied aside, and the answer is the same', async () => {
    const texts = [`${system}. Tell of a boat`, `${system}. Tell of a boat and of the sea`]
    await using loaded = await tests.use('gemma', { slots: 1 })
    const first = await say(loaded.model, texts[0]!, 40)
    expect(first.end.usage.cachedTokens).toBe(0)
    const same = await say(loaded.model, texts[0]!, 40)
    expect(same.text).toBe(first.text)
    expect(same.end.usage.cachedTokens).toBe(first.end.usage.promptTokens - 1)
    const other = await say(loaded.model, texts[1]!)
    expect([other.text]).toEqual(await cold('gemma', [texts[1]!]))
    expect(other.end.usage.cachedTokens).toBeGreaterThan(200)
  })
})
