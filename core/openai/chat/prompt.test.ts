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

describe('messages', () => {
  it.each([
    ['a text', { role: 'user', content: 'a' }, { role: 'user', content: 'a' }],
    ['null', { role: 'assistant', content: null }, { role: 'assistant', content: '' }],
    ['nothing', { role: 'assistant' }, { role: 'assistant', content: '' }],
    [
      'parts',
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'input_text', text: 'b' },
        ],
      },
      { role: 'user', content: 'a\nb' },
    ],
    ['no parts', { role: 'user', content: [] }, { role: 'user', content: '' }],
    [
      'a refusal',
      { role: 'assistant', content: null, refusal: 'No.' },
      { role: 'assistant', content: 'No.' },
    ],
    [
      'a refusal part',
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      { role: 'assistant', content: 'No.' },
    ],
    ['the developer role', { role: 'developer', content: 'a' }, { role: 'system', content: 'a' }],
    [
      'the old function role',
      { role: 'function', name: 'f', content: '1' },
      { role: 'tool', name: 'f', content: '1' },
    ],
    ['a role nobody knows', { role: 'critic', content: 'a' }, { role: 'user', content: 'a' }],
    ['a name', { role: 'user', name: 'Ada', content: 'a' }, { role: 'user', name: 'Ada', content: 'a' }],
    [
      'reasoning',
      { role: 'assistant', content: 'a', reasoning_content: 'Hm.' },
      { role: 'assistant', content: 'a', reasoning: 'Hm.' },
    ],
    [
      'tool calls, with arguments as text, as an object and missing',
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'x', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } },
          { function: { name: 'g', arguments: { b: 2 } } },
          { function: { name: 'h' } },
          { type: 'custom', custom: { name: 'i', input: 'x "y"' } },
          { type: 'unknown' },
        ],
      },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { id: 'x', name: 'f', arguments: '{"a": 1}' },
          { id: 'call_1', name: 'g', arguments: '{"b":2}' },
          { id: 'call_2', name: 'h', arguments: '{}' },
          { id: 'call_3', name: 'i', arguments: '{"input":"x \\"y\\""}' },
        ],
      },
    ],
    [
      'a tool result',
      { role: 'tool', tool_call_id: 'x', content: '42' },
      { role: 'tool', toolCallId: 'x', content: '42' },
    ],
  ])('with %s', (_name, message, expected) => {
    expect(translate({ messages: [message] }).prompt).toEqual({ kind: 'chat', messages: [expected] })
  })

  it('names an image as the part that cannot be read', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    expect(
      refusal({ messages: [hello, { role: 'user', content: [{ type: 'text', text: 'a' }, image] }] }),
    ).toMatchObject({
      code: 'unsupported_content',
      param: 'messages.1.content.1',
    })
  })
})

describe('fields', () => {
  const none = { prompt: { kind: 'chat', messages: [hello] }, stop: [], sampling: {} }

  it.each([
    ['nothing', {}, {}],
    [
      'null for everything',
      {
        temperature: null,
        top_p: null,
        stop: null,
        tools: null,
        max_tokens: null,
        n: null,
        seed: null,
        stream_options: null,
        logit_bias: null,
        tool_choice: null,
        parallel_tool_calls: null,
        functions: null,
        function_call: null,
        response_format: null,
        logprobs: null,
        top_logprobs: null,
        reasoning_effort: null,
      },
      {},
    ],
    [
      'what is taken and not used',
      {
        user: 'u',
        metadata: { a: 1 },
        store: true,
        service_tier: 'auto',
        modalities: ['text'],
        foo: [],
      },
      {},
    ],
    ['a prediction', { prediction: { type: 'content', content: 'x' } }, { predicted: 'x' }],
    [
      'a prediction in parts',
      {
        prediction: {
          type: 'content',
          content: [
            { type: 'text', text: 'x' },
            { type: 'text', text: 'y' },
          ],
        },
      },
      { predicted: 'xy' },
    ],
    ['an empty prediction', { prediction: { type: 'content', content: '' } }, {}],
    ['a limit as llama.cpp names it', { n_predict: 5 }, { maxTokens: 5 }],
    ['no limit as llama.cpp says it', { n_predict: -1 }, {}],
    ['nothing but the prompt', { n_predict: 0, max_tokens: 50 }, { maxTokens: 1 }],
    ['logprobs', { logprobs: true }, { logprobs: { top: 0 } }],
    ['top_logprobs', { logprobs: true, top_logprobs: 5 }, { logprobs: { top: 5 } }],
    ['top_logprobs without logprobs', { top_logprobs: 5 }, {}],
    ['a format of text', { response_format: { type: 'text' } }, {}],
    [
      'a format of any object',
      { response_format: { type: 'json_object' } },
      { options: { output: { kind: 'object' } } },
    ],
    [
      'a format with a schema',
      {
        response_format: { type: 'json_schema', json_schema: { name: 's', strict: true, schema: { a: 1 } } },
      },
      {
        options: {
          output: { kind: 'schema', schema: { a: 1 }, param: 'response_format.json_schema.schema' },
        },
      },
    ],
    [
      "a schema as llama.cpp's server takes it",
      { response_format: { type: 'json_object', schema: { a: 1 } } },
      { options: { output: { kind: 'schema', schema: { a: 1 }, param: 'response_format.schema' } } },
    ],
    ['no effort', { reasoning_effort: 'none' }, { options: { reasoning: { enabled: false } } }],
    ['several answers, which are asked for one by one', { n: 3 }, {}],
    ['max_tokens', { max_tokens: 5 }, { maxTokens: 5 }],
    [
      'max_completion_tokens before max_tokens',
      { max_tokens: 5, max_completion_tokens: 7 },
      { maxTokens: 7 },
    ],
    ['max_tokens of -1', { max_tokens: -1 }, {}],
    ['one stop text', { stop: 'x' }, { stop: ['x'] }],
    ['many stop texts, the empty ones left out', { stop: ['x', '', 'y'] }, { stop: ['x', 'y'] }],
    [
      'sampling',
      {
        temperature: 0,
        top_p: 0.9,
        top_k: -1,
        min_p: 0.1,
        seed: 7,
        presence_penalty: 1,
        frequency_penalty: -1,
      },
      {
        sampling: {
          temperature: 0,
          topP: 0.9,
          topK: 0,
          minP: 0.1,
          seed: 7,
          presencePenalty: 1,
          frequencyPenalty: -1,
        },
      },
    ],
    ['repeat_penalty under both names', { repetition_penalty: 1.1 }, { sampling: { repeatPenalty: 1.1 } }],
    [
      'samplers of llama.cpp',
      { xtc_probability: 0.5, dry_multiplier: 0.8, dry_base: 1.75, dry_penalty_last_n: -1 },
      {
        sampling: {
          xtc: { probability: 0.5, threshold: 0.1 },
          dry: { multiplier: 0.8, base: 1.75, lastTokens: -1 },
        },
      },
    ],
    ['samplers that are off', { xtc_probability: 0, xtc_threshold: 0.2, dry_multiplier: 0, dry_base: 2 }, {}],
    ['a seed of -1', { seed: -1 }, {}],
    ['a seed of 64 bits', { seed: 2 ** 40 + 3 }, { sampling: { seed: 3 } }],
    ['logit_bias', { logit_bias: { '5': -100 } }, { sampling: { logitBias: [{ token: 5, bias: -100 }] } }],
  ])('%s', (_name, fields, expected) => {
    expect(translate({ messages: [hello], ...fields })).toEqual({ ...none, ...expected })
  })

  it('hands functions to the template, other kinds of tools not', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string', pattern: '^x', $schema: '…' } } }
    const tools = [
      { type: 'function', function: { name: 'f', description: 'F', parameters, strict: true } },
      { type: 'web_search' },
      { type: 'function', function: { name: 'g', description: null, parameters: null } },
    ]
    expect(translate({ messages: [hello], tools }).prompt).toMatchObject({
      tools: [{ name: 'f', description: 'F', parameters }, { name: 'g' }],
    })
    expect(translate({ messages: [hello], tools: [] }).prompt).not.toHaveProperty('tools')
  })

  const f = { type: 'function', function: { name: 'f' } }
  const g = { type: 'function', function: { name: 'g' } }
  const allowed = (mode: string) => ({ type: 'allowed_tools', allowed_tools: { mode, tools: [g] } })

  it.each([
    ['nothing', {}, undefined],
    ['auto', { tool_choice: 'auto' }, { toolChoice: 'auto' }],
    ['none', { tool_choice: 'none' }, { toolChoice: 'none' }],
    ['required', { tool_choice: 'required' }, { toolChoice: 'required' }],
    ['any, as others say it', { tool_choice: 'any' }, { toolChoice: 'required' }],
    ['a tool', { tool_choice: f }, { toolChoice: { name: 'f' } }],
    [
      'a tool, as the Responses API names it',
      { tool_choice: { type: 'function', name: 'f' } },
      { toolChoice: { name: 'f' } },
    ],
    ['a tool of another kind', { tool_choice: { type: 'web_search' } }, undefined],
    ['some of the tools', { tool_choice: allowed('required') }, { toolChoice: 'required' }],
    ['one call at most', { parallel_tool_calls: false }, { parallelToolCalls: false }],
    ['several calls', { parallel_tool_calls: true }, undefined],
  ])('reads the choice of tools: %s', (_name, fields, options) => {
    expect(translate({ messages: [hello], tools: [f, g], ...fields }).options).toEqual(options)
  })

  it('leaves out the tools that are not allowed', () => {
    expect(
      translate({ messages: [hello], tools: [f, g], tool_choice: allowed('auto') }).prompt,
    ).toMatchObject({
      tools: [{ name: 'g' }],
    })
  })

  it.each([
    ['nothing', undefined, { parallelToolCalls: false }],
    ['auto', 'auto', { parallelToolCalls: false }],
    ['none', 'none', { parallelToolCalls: false, toolChoice: 'none' }],
    ['a function', { name: 'f' }, { parallelToolCalls: false, toolChoice: { name: 'f' } }],
  ])('takes functions, the older form of tools, with the choice of %s', (_name, function_call, options) => {
    const translated = translate({ messages: [hello], functions: [{ name: 'f' }], function_call })
    expect(translated.options).toEqual(options)
  })

  it('takes a call in the older form', () => {
    const call = { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }
    expect(translate({ messages: [hello, call] }).prompt).toMatchObject({
      messages: [{}, { toolCalls: [{ id: 'call_1', name: 'f', arguments: '{}' }] }],
    })
  })

  it('hands further variables to the template', () => {
    const body = {
      messages: [hello],
      reasoning_effort: 'low',
      chat_template_kwargs: { enable_thinking: false },
    }
    expect(translate(body).prompt).toMatchObject({
      templateVariables: { reasoning_effort: 'low', enable_thinking: false },
    })
  })
})
