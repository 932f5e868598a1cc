/** Vercel's AI SDK over the real engine and the built-in model. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, embedMany, generateText, isStepCount, jsonSchema, Output, streamText, tool } from 'ai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type StartedCore, startCore, until } from '../support/core.ts'
import { long, model, mustBeWeather, tooLong, weather } from './asked.ts'

let core: StartedCore
let provider: ReturnType<typeof createOpenAICompatible>

beforeAll(async () => {
  core = await startCore()
  provider = createOpenAICompatible({
    ...{ name: 'impetus', baseURL: `${core.url}/v1`, includeUsage: true, supportsStructuredOutputs: true },
  })
})
afterAll(() => core?.[Symbol.asyncDispose]())

const ask = () => ({
  model: provider(model),
  prompt: 'What port does Impetus use?',
  temperature: 0,
  maxRetries: 0,
})

it('writes text, and streams the same', async () => {
  const whole = await generateText(ask())
  expect(whole.finishReason).toBe('stop')
  const stream = streamText(ask())
  let text = ''
  for await (const piece of stream.textStream) text += piece
  expect(text).toBe(whole.text)
  expect((await stream.usage).outputTokens).toBe(whole.usage.outputTokens)
})

it('calls a tool and goes on with its result', async () => {
  const asked: unknown[] = []
  const rain = tool({
    description: weather.description,
    inputSchema: jsonSchema<{ city: string; days: number }>(weather.parameters as never),
    execute: async input => {
      asked.push(input)
      return { rain: true }
    },
  })
  const { steps } = await generateText({
    ...{ ...ask(), tools: { weather: rain }, toolChoice: 'required', stopWhen: isStepCount(2) },
  })
  expect(steps).toHaveLength(2)
  expect(asked.length).toBeGreaterThan(0)
  for (const input of asked) mustBeWeather(input)
})

it('makes objects', async () => {
  const schema = jsonSchema<{ city: string; days: number }>(weather.parameters as never)
  const { output } = await generateText({ ...ask(), output: Output.object({ schema }) })
  mustBeWeather(output)
})

it('goes on from a text, and embeds', async () => {
  const on = await generateText({
    ...{ model: provider.completionModel(model), prompt: 'Impetus is', maxOutputTokens: 8, maxRetries: 0 },
  })
  expect(on.usage.outputTokens).toBeGreaterThan(0)
  const { embeddings } = await embedMany({ model: provider.embeddingModel(model), values: ['one', 'two'] })
  for (const vector of embeddings) expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
})

it('stops when it is told to', async () => {
  const controller = new AbortController()
  const schema = jsonSchema<{ numbers: number[] }>(long as never)
  const stream = streamText({ ...ask(), output: Output.object({ schema }), abortSignal: controller.signal })
  let parts = 0
  for await (const part of stream.fullStream) {
    if (part.type === 'text-delta' && ++parts === 5) controller.abort()
  }
  await until('nothing to run', async () => (await core.status()).requests.active === 0, 2000)
  expect(parts).toBeLessThan(long.properties.numbers.minItems)
})

it('has errors with their status and message', async () => {
  const failure = (asked: Promise<unknown>) =>
    asked.then(
      () => undefined,
      (error: unknown) => error,
    )
  const unknown = await failure(generateText({ ...ask(), model: provider('nobody') }))
  expect(APICallError.isInstance(unknown)).toBe(true)
  expect(unknown).toMatchObject({ statusCode: 404, message: expect.stringContaining('nobody') })
  expect(await failure(generateText({ ...ask(), prompt: tooLong }))).toMatchObject({ statusCode: 400 })
})
