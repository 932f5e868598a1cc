/** Custom tools, which take a text of any form, through the official package over the real engine with random weights. */
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'

let core: StartedCore
let client: OpenAI
const model = 'tiny'

beforeAll(async () => {
  core = await startCore({
    settings: { models: { default: model } },
    models: folder => writeTinyLlama(join(folder, 'tiny.gguf'), { contextLength: 8192 }),
  })
  client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
})

afterAll(() => core?.[Symbol.asyncDispose]())

/** Whatever random weights say, this much is sure of it. */
const definition = '[ab]{3}-"[0-9]{2}"'
const shape = /^[ab]{3}-"[0-9]{2}"$/

describe('in chats', () => {
  const grammar = { syntax: 'regex' as const, definition }
  const tools: OpenAI.ChatCompletionTool[] = [
    {
      type: 'custom',
      custom: { name: 'code', description: 'Runs it.', format: { type: 'grammar', grammar } },
    },
  ]
  const ask = {
    ...{ model, tools, max_tokens: 400, parallel_tool_calls: false },
    tool_choice: { type: 'custom' as const, custom: { name: 'code' } },
    messages: [{ role: 'user' as const, content: 'Run the code.' }],
  }

  it('are called with their input, and take part in the conversation', async () => {
    const { choices } = await client.chat.completions.create(ask)
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    const message = choices[0]!.message
    const [call] = message.tool_calls ?? []
    if (call?.type !== 'custom') throw new Error('no custom tool was called')
    expect(call.custom).toEqual({ name: 'code', input: expect.stringMatching(shape) })
    const answer = await client.chat.completions.create({
      ...{ model, tools, max_tokens: 5, tool_choice: 'none' },
      messages: [...ask.messages, message, { role: 'tool', tool_call_id: call.id, content: 'ok' }],
    })
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0)
  })

  it('stream their input as it is written', async () => {
    const stream = await client.chat.completions.create({ ...ask, stream: true })
    const calls: { type?: string; custom?: { name?: string; input: string } }[] = []
    for await (const { choices } of stream) {
      calls.push(...((choices[0]?.delta.tool_calls ?? []) as unknown as typeof calls))
    }
    expect(calls[0]).toMatchObject({ type: 'custom', custom: { name: 'code' } })
    expect(calls.map(call => call.custom?.input).join('')).toMatch(shape)
    expect(calls.length).toBeGreaterThan(2)
  })
})

describe('in responses', () => {
  const format = { type: 'grammar' as const, syntax: 'regex' as const, definition }
  const ask = {
    ...{ model, input: 'Run the code.', max_output_tokens: 400, parallel_tool_calls: false },
    tools: [{ type: 'custom' as const, name: 'code', format }],
    tool_choice: { type: 'custom' as const, name: 'code' },
  }

  it('are called with their input, and their outputs are gone on from', async () => {
    const first = await client.responses.create(ask)
    const [call] = first.output.filter(item => item.type === 'custom_tool_call')
    expect(call).toMatchObject({ name: 'code', input: expect.stringMatching(shape) })
    const second = await client.responses.create({
      ...{ model, previous_response_id: first.id, max_output_tokens: 5 },
      input: [{ type: 'custom_tool_call_output', call_id: call!.call_id, output: 'ok' }],
    })
    expect(second).toMatchObject({ previous_response_id: first.id, error: null })
    expect(second.output).not.toEqual([])
  })

  it('stream their input as it is written', async () => {
    const deltas: string[] = []
    let done: string | undefined
    for await (const event of await client.responses.create({ ...ask, stream: true })) {
      if (event.type === 'response.custom_tool_call_input.delta') deltas.push(event.delta)
      if (event.type === 'response.custom_tool_call_input.done') done = event.input
    }
    expect(done).toMatch(shape)
    expect(deltas.join('')).toBe(done)
    expect(deltas.length).toBeGreaterThan(1)
  })
})
