import { describe, expect, it } from 'vitest'
import type { GenerateRequest } from '../engine.ts'
import { RemoteAnswer } from './answer.ts'
import { remoteId } from './catalogue.ts'
import { eventData } from './event-stream.ts'
import { refused } from './failure.ts'
import { remoteRequest } from './request.ts'

const request = (more: Partial<GenerateRequest>): GenerateRequest => ({
  prompt: { kind: 'chat', messages: [{ role: 'user', content: 'Hi' }] },
  stop: [],
  sampling: {},
  ...more,
})

describe('requests', () => {
  it('leave out what was left open', () => {
    expect(remoteRequest('m', request({}))).toEqual({
      path: '/v1/chat/completions',
      body: {
        model: 'm',
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: 'user', content: 'Hi' }],
      },
    })
  })

  it('carry tools, calls, wishes and sampling', () => {
    const messages = [
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: '{}' }] },
      { role: 'tool', content: '7', toolCallId: '1' },
    ] as const
    const { body } = remoteRequest(
      'm',
      request({
        prompt: { kind: 'chat', messages, tools: [{ name: 'f', parameters: { type: 'object' } }] },
        maxTokens: 5,
        stop: ['x'],
        sampling: { temperature: 0, topK: 3, logitBias: [{ token: 7, bias: -1 }] },
        logprobs: { top: 2 },
        chat: {
          toolChoice: { name: 'f' },
          parallelToolCalls: false,
          output: { kind: 'schema', schema: { type: 'array' } },
          reasoning: { enabled: false },
        },
      }),
    )
    expect(body).toMatchObject({
      max_tokens: 5,
      stop: ['x'],
      temperature: 0,
      top_k: 3,
      logit_bias: { '7': -1 },
      logprobs: true,
      top_logprobs: 2,
      messages: [
        { tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: '1' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'array' } } },
      chat_template_kwargs: { enable_thinking: false },
    })
  })

  it.each<[GenerateRequest['prompt'], object]>([
    [{ kind: 'text', text: 'a' }, { prompt: 'a' }],
    [{ kind: 'tokens', tokens: [1, 2] }, { prompt: [1, 2] }],
    [
      { kind: 'infill', prefix: 'a', suffix: 'b' },
      { prompt: 'a', suffix: 'b' },
    ],
  ])('of raw prompts: %j', (prompt, expected) => {
    const { path, body } = remoteRequest('m', request({ prompt }))
    expect(path).toBe('/v1/completions')
    expect(body).toMatchObject(expected)
  })
})

describe('answers', () => {
  it('are text, reasoning, calls, and an end with the server’s figures', () => {
    const answer = new RemoteAnswer()
    const read = (delta: object, more: object = {}) =>
      answer.read({ choices: [{ index: 0, delta, finish_reason: null, ...more }] })
    expect(read({ role: 'assistant', content: '' })).toEqual([])
    expect(read({ reasoning_content: 'hm' })).toEqual([{ type: 'reasoning', text: 'hm', tokens: 1 }])
    expect(read({ reasoning: 'so' })).toEqual([{ type: 'reasoning', text: 'so', tokens: 1 }])
    const logprobs = {
      content: [
        { token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [{ token: 'Ho', logprob: -1 }] },
      ],
    }
    expect(read({ content: 'Hi' }, { logprobs })).toEqual([
      {
        type: 'text',
        text: 'Hi',
        tokens: 1,
        logprobs: [
          {
            token: -1,
            text: 'Hi',
            bytes: [72, 105],
            logprob: -0.5,
            top: [{ token: -1, text: 'Ho', bytes: [72, 111], logprob: -1 }],
          },
        ],
      },
    ])
    expect(read({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a"' } }] })).toEqual(
      [{ type: 'toolCall', index: 0, id: 'c', name: 'f', arguments: '{"a"' }],
    )
    expect(read({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] })).toEqual([
      { type: 'toolCall', index: 0, arguments: ':1}' },
    ])
    expect(answer.isWhole).toBe(false)
    read({}, { finish_reason: 'tool_calls' })
    const usage = { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 8 } }
    expect(answer.read({ choices: [], usage })).toEqual([])
    expect(answer.end({ prefill: 1, decode: 2 })).toEqual({
      type: 'end',
      reason: 'toolCalls',
      usage: { promptTokens: 9, cachedTokens: 8, completionTokens: 4, reasoningTokens: 2 },
      timings: { queued: 0, prefill: 1, decode: 2 },
    })
  })

  it.each([
    null,
    7,
    'x',
    [],
    {},
    { choices: 'x' },
    { choices: [null] },
    { choices: [{ delta: { content: 5 } }] },
  ])('of nonsense are nothing: %j', chunk => {
    expect(new RemoteAnswer().read(chunk)).toEqual([])
  })
})

describe('streams', () => {
  async function read(...pieces: string[]): Promise<string[]> {
    async function* body() {
      for (const piece of pieces) yield new TextEncoder().encode(piece)
    }
    const all: string[] = []
    for await (const data of eventData(body())) all.push(data)
    return all
  }

  it('are read however they are cut', async () => {
    expect(await read('data: a\n\nda', 'ta:b\r\n\r\n: keep-alive\n\nevent: x\ndata: c')).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  it('with a line that never ends are given up', async () => {
    await expect(read(...Array(10).fill('x'.repeat(1024 * 1024)))).rejects.toThrow('does not end')
  })
})

describe('refusals', () => {
  it.each<[number, unknown, string, boolean, boolean]>([
    [400, { error: { message: 'Bad.', param: 'top_p' } }, 'invalid_value', false, false],
    [
      400,
      { error: { message: 'Long.', code: 'context_length_exceeded' } },
      'context_length_exceeded',
      false,
      false,
    ],
    [401, {}, 'remote_failed', false, false],
    [404, { detail: 'no such model' }, 'model_not_found', true, false],
    [429, { error: { message: 'Slow.' } }, 'rate_limited', true, false],
    [500, 'oops', 'remote_failed', true, true],
    [502, undefined, 'remote_failed', true, true],
    [503, { error: { message: 'Full.', code: 'insufficient_memory' } }, 'insufficient_memory', true, false],
    [500, { error: { message: 'x', code: 'invalid_api_key' } }, 'remote_failed', true, true],
  ])('%i %j', (status, body, code, elsewhere, sick) => {
    const failure = refused('s', status, body, undefined)
    expect([failure.error.code, failure.elsewhere, failure.sick]).toEqual([code, elsewhere, sick])
  })

  it('pass on no more than a few words, and the time to wait', () => {
    const { error } = refused('s', 429, { error: { message: 'x'.repeat(10_000) } }, 7)
    expect(error.message.length).toBeLessThan(400)
    expect(error.retryAfter).toBe(7)
  })
})

it.each([
  ['cluster', 'Qwen/Qwen3-8B', 'cluster-qwen-qwen3-8b'],
  ['cluster', '../../etc/passwd', 'cluster-..-..-etc-passwd'],
  ['o', 'x', 'remote-o-x'],
  ['gpt', 'x', 'remote-gpt-x'],
  ['s', 'x:latest/', 's-x-latest'],
])('the model %s %s has the id %s', (server, name, id) => {
  expect(remoteId(server, name)).toBe(id)
})
