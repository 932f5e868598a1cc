/** Prompts given back with their likelihoods, as evaluation harnesses ask for them, over the real engine. */
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

let core: StartedCore
let client: OpenAI
const model = 'tiny'

beforeAll(async () => {
  // It never ends an answer by itself.
  core = await startCore({
    settings: { models: { default: model } },
    models: folder => writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 4096 }),
  })
  client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
})
afterAll(() => core?.[Symbol.asyncDispose]())

const prompt = 'Impetus is a server on this machine.'

it('tells how likely each token of the prompt was, without an answer and with one', async () => {
  const ask = { model, prompt, echo: true, logprobs: 2, temperature: 0 }
  const alone = (await client.completions.create({ ...ask, max_tokens: 0 })).choices[0]!
  expect(alone.text).toBe(prompt)
  expect(alone.logprobs?.tokens?.join('')).toBe(prompt)
  expect(alone.logprobs?.text_offset?.[1]).toBe(alone.logprobs?.tokens?.[0]?.length)
  const both = (await client.completions.create({ ...ask, max_tokens: 3 })).choices[0]!
  expect(both.text.startsWith(prompt)).toBe(true)
  expect(both.logprobs?.tokens).toHaveLength(alone.logprobs!.tokens!.length + 3)
  expect(both.logprobs?.token_logprobs?.slice(0, 3)).toEqual(alone.logprobs?.token_logprobs?.slice(0, 3))
})

it('takes prompts as tokens, several at once, and streams them', async () => {
  const { tokens } = (await (await core.post('/tokenize', { content: prompt })).json()) as {
    tokens: number[]
  }
  const ask = { model, prompt: [tokens, tokens.slice(0, 3)], echo: true, logprobs: 1, max_tokens: 1 }
  const { choices } = await client.completions.create(ask)
  expect(choices.map(choice => choice.logprobs?.tokens?.length)).toEqual([tokens.length + 1, 4])
  expect(choices.map(choice => choice.logprobs?.token_logprobs?.[0])).toEqual([null, null])
  const stream = await client.completions.create({ ...ask, prompt: tokens, stream: true })
  const told: unknown[] = []
  for await (const chunk of stream) told.push(...(chunk.choices[0]?.logprobs?.tokens ?? []))
  expect(told).toHaveLength(tokens.length + 1)
})
