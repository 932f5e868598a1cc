import { describe, expect, it } from 'vitest'
import { createChatCompletion } from '../../contract/chat.ts'
import type { ImpetusError } from '../../contract/errors.ts'
import { issuesToError } from '../../http/zod-error.ts'
import { chatRequest } from './prompt.ts'

/** The contract, then the translation: what a handler does. */
function translate(body: unknown) {
  const parsed = createChatCompletion.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return chatRequest(parsed.data)
}

function refusal(body: unknown): Pick<ImpetusError, 'code' | 'param' | 'message'> {
  try {
    translate(body)
  } catch (error) {
    const { code, param, message } = error as ImpetusError
    return { code, param, message }
  }
  throw new Error('It was not refused.')
}

const hello = { role: 'user', content: 'Hello' }

describe('refusals name the field', () => {
  it.each([
    ['no messages', {}, 'messages'],
    ['messages of another type', { messages: 'hi' }, 'messages'],
    ['an empty list', { messages: [] }, 'messages'],
    ['a message that is none', { messages: [1] }, 'messages.0'],
    ['a message without a role', { messages: [{ content: 'a' }] }, 'messages.0.role'],
    ['content of another type', { messages: [{ role: 'user', content: 5 }] }, 'messages.0.content'],
    [
      'a part of another type',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] },
      'messages.0.content.0.text',
    ],
    ['too many messages', { messages: Array(10_001).fill(hello) }, 'messages'],
    ['a temperature in words', { messages: [hello], temperature: 'NaN' }, 'temperature'],
    ['n below one', { messages: [hello], n: -1 }, 'n'],
    ['a choice of tools that nobody knows', { messages: [hello], tool_choice: 'perhaps' }, 'tool_choice'],
    [
      'a format that nobody knows',
      { messages: [hello], response_format: { type: 'xml' } },
      'response_format.type',
    ],
    ['a format without a type', { messages: [hello], response_format: {} }, 'response_format.type'],
    [
      'a schema that is none',
      { messages: [hello], response_format: { type: 'json_schema', json_schema: { schema: 'x' } } },
      'response_format.json_schema.schema',
    ],
    ['too many likely tokens', { messages: [hello], logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    ['max_tokens beyond reason', { messages: [hello], max_tokens: 1e308 }, 'max_tokens'],
    ['max_tokens of zero', { messages: [hello], max_tokens: 0 }, 'max_tokens'],
    ['half a token', { messages: [hello], max_tokens: 1.5 }, 'max_tokens'],
    ['half a seed', { messages: [hello], seed: 1.5 }, 'seed'],
    ['a stop that is no text', { messages: [hello], stop: [1] }, 'stop'],
    ['tools that are none', { messages: [hello], tools: {} }, 'tools'],
    [
      'a tool without a name',
      { messages: [hello], tools: [{ type: 'function', function: {} }] },
      'tools.0.function.name',
    ],
    ['a model that is no text', { messages: [hello], model: 5 }, 'model'],
    ['stream in words', { messages: [hello], stream: 'yes' }, 'stream'],
  ])('%s', (_name, body, param) => {
    const error = refusal(body)
    expect(error.param).toBe(param)
    expect(error.code).toMatch(/^invalid_(type|value)$/)
    expect(error.message).toContain(param)
  })

  it('answers a hundred thousand wrong elements at once', () => {
    const began = performance.now()
    expect(refusal({ messages: Array(200_000).fill(1) }).param).toBe('messages')
    expect(refusal({ messages: [hello], tools: Array(200_000).fill(1) }).param).toBe('tools')
    expect(refusal({ messages: [hello], stop: Array(200_000).fill(1) }).param).toBe('stop')
    expect(performance.now() - began).toBeLessThan(100)
  })
})
