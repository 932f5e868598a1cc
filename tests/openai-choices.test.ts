/** Several answers to one request, through the official package over the real engine with random weights. */
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

let core: StartedCore
let client: OpenAI

beforeAll(async () => {
  core = await startCore({
    settings: { models: { default: 'tiny' } },
    models: folder => writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 8192 }),
  })
  client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
})

afterAll(() => core?.[Symbol.asyncDispose]())

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Will it rain in Oslo?' }]

describe('several answers', () => {
  it('to one request differ, count the prompt once, and are the same with the same seed', async () => {
    const ask = { model: 'tiny', messages, max_tokens: 8, n: 3, seed: 5 }
    const [one, two] = [await client.chat.completions.create(ask), await client.chat.completions.create(ask)]
    const texts = one.choices.map(choice => choice.message.content)
    expect(new Set(texts).size).toBe(3)
    expect(two.choices.map(choice => choice.message.content)).toEqual(texts)
    const alone = await client.chat.completions.create({ ...ask, n: 1 })
    expect(one.usage?.prompt_tokens).toBe(alone.usage?.prompt_tokens)
    expect(one.usage?.completion_tokens).toBeGreaterThan(alone.usage!.completion_tokens)
  })

  it('stream at the same time, each with its index and one finish', async () => {
    const stream = await client.chat.completions.create({
      ...{ model: 'tiny', messages, max_tokens: 4, n: 2 },
      stream: true,
      stream_options: { include_usage: true },
    })
    const finishes: number[] = []
    let usages = 0
    for await (const { choices, usage } of stream) {
      if (usage) usages++
      for (const choice of choices) if (choice.finish_reason !== null) finishes.push(choice.index)
    }
    expect([finishes.sort(), usages]).toEqual([[0, 1], 1])
  })

  it('compute a prompt that they share once', async () => {
    const long = 'The wind over the harbour turns to the north. '.repeat(20)
    const ask = { model: 'tiny', messages: [{ role: 'user' as const, content: long }], max_tokens: 4 }
    const { usage } = await client.chat.completions.create({ ...ask, n: 3 })
    const answer = await core.socketFetch('http://impetus/api/requests')
    const { requests } = (await answer.json()) as { requests: { cachedTokens: number }[] }
    const cached = requests.slice(0, 3).map(({ cachedTokens }) => cachedTokens)
    const prompt = usage?.prompt_tokens ?? 0
    expect(prompt).toBeGreaterThan(200)
    // One of them has computed it; the others only its last token.
    expect(cached.sort((one, two) => one - two)).toEqual([expect.any(Number), prompt - 1, prompt - 1])
    expect(cached[0]).toBeLessThan(100)
  })

  it('to several prompts come in their order', async () => {
    const answer = await client.completions.create({
      model: 'tiny',
      prompt: ['One', 'Two', 'Three'],
      echo: true,
      max_tokens: 2,
    })
    expect(answer.choices.map(({ text }) => /^(One|Two|Three)/.exec(text)?.[0])).toEqual([
      'One',
      'Two',
      'Three',
    ])
  })
})
