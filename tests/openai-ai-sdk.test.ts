/** Vercel's AI SDK over the real engine, as agents are built on it. */
import { join } from 'node:path'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  embedMany,
  generateObject,
  generateText,
  isStepCount,
  jsonSchema,
  Output,
  streamText,
  tool,
} from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

let core: StartedCore
let provider: ReturnType<typeof createOpenAICompatible>

beforeAll(async () => {
  core = await startCore({
    settings: { models: { default: 'tiny' } },
    models: folder => writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 8192 }),
  })
  provider = createOpenAICompatible({
    name: 'impetus',
    baseURL: `${core.url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
})

afterAll(() => core?.[Symbol.asyncDispose]())

const mood = jsonSchema<{ mood: string; level: number }>({
  type: 'object',
  properties: { mood: { enum: ['good', 'bad'] }, level: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['mood', 'level'],
  additionalProperties: false,
})

const prompt = 'How are you?'

it('writes text', async () => {
  const answer = await generateText({ model: provider('tiny'), prompt, maxOutputTokens: 12 })
  expect(answer.text).not.toBe('')
  expect(answer.finishReason).toBe('length')
  expect(answer.usage).toMatchObject({ outputTokens: 12 })
  expect(answer.usage.inputTokens).toBeGreaterThan(0)
})

it('streams text', async () => {
  const answer = streamText({ model: provider('tiny'), prompt, maxOutputTokens: 12 })
  let text = ''
  for await (const piece of answer.textStream) text += piece
  expect(text).toBe(await answer.text)
  expect(text).not.toBe('')
  expect(await answer.finishReason).toBe('length')
  expect((await answer.usage).outputTokens).toBe(12)
})

it('makes objects that fit their schema', async () => {
  const { object } = await generateObject({
    model: provider('tiny'),
    schema: mood,
    prompt,
    maxOutputTokens: 200,
  })
  expect(['good', 'bad']).toContain(object.mood)
  expect(object.level).toBeGreaterThanOrEqual(1)
})

it('makes objects by the output of a text, its newer way', async () => {
  const { output } = await generateText({
    model: provider('tiny'),
    output: Output.object({ schema: mood }),
    prompt,
    maxOutputTokens: 200,
  })
  expect(['good', 'bad']).toContain(output.mood)
})

describe('tools', () => {
  const report = tool({ description: 'Report the mood', inputSchema: mood, execute: async () => 'Noted.' })

  it('are called with input that fits, and the answer goes on with the result', async () => {
    const called: unknown[] = []
    const answer = await generateText({
      model: provider('tiny'),
      prompt,
      maxOutputTokens: 200,
      tools: { report },
      toolChoice: { type: 'tool', toolName: 'report' },
      stopWhen: isStepCount(2),
      onStepFinish: ({ toolResults }) => void called.push(...toolResults.map(result => result.output)),
    })
    expect(answer.steps[0]?.finishReason).toBe('tool-calls')
    const [call] = answer.steps[0]?.toolCalls ?? []
    expect(call).toMatchObject({ toolName: 'report', input: { mood: expect.stringMatching(/^(good|bad)$/) } })
    expect(called[0]).toBe('Noted.')
    expect(answer.steps).toHaveLength(2)
  })

  it('stream', async () => {
    const answer = streamText({
      model: provider('tiny'),
      prompt,
      maxOutputTokens: 200,
      tools: { report },
      toolChoice: 'required',
    })
    const parts: string[] = []
    for await (const part of answer.fullStream) {
      parts.push(part.type)
      if (part.type === 'error') throw part.error
    }
    expect(parts).toContain('tool-input-delta')
    expect(parts).toContain('tool-call')
    const [call] = await answer.toolCalls
    expect(['good', 'bad']).toContain((call?.input as { mood?: string } | undefined)?.mood)
  })
})

it('embeds', async () => {
  const { embeddings } = await embedMany({
    model: provider.embeddingModel('tiny'),
    values: ['one', 'two', 'three'],
  })
  expect(embeddings).toHaveLength(3)
  expect(Math.hypot(...embeddings[0]!)).toBeCloseTo(1, 4)
})
