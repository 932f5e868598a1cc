import { describe, expect, it } from 'vitest'
import { createMessage } from '../../contract/anthropic.ts'
import type { ImpetusError } from '../../contract/errors.ts'
import { issuesToError } from '../../http/zod-error.ts'
import { messagesRequest } from './prompt.ts'

/** The contract, then the translation: what a handler does. */
function translate(body: unknown) {
  const parsed = createMessage.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return messagesRequest(parsed.data)
}

function refusal(body: unknown): Pick<ImpetusError, 'code' | 'param'> {
  try {
    translate(body)
  } catch (error) {
    const { code, param } = error as ImpetusError
    return { code, param }
  }
  throw new Error('It was not refused.')
}

const hello = { role: 'user', content: 'Hello' }

function messagesOf(body: object) {
  const { prompt } = translate(body)
  return prompt.kind === 'chat' ? prompt.messages : []
}

describe('messages', () => {
  const user = (content: unknown) => [{ role: 'user', content }]
  it.each<[string, object, unknown[]]>([
    ['a text', { messages: user('a') }, [{ role: 'user', content: 'a' }]],
    [
      'blocks of text',
      {
        messages: user([
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'b' },
        ]),
      },
      [{ role: 'user', content: 'a\nb' }],
    ],
    ['no blocks', { messages: user([]) }, [{ role: 'user', content: '' }]],
    [
      'documents of text',
      {
        messages: user([
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'd' } },
          { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'e' }] } },
          { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'f' }] },
        ]),
      },
      [{ role: 'user', content: 'd\ne\nf' }],
    ],
    [
      'a system text',
      { system: 'Be kind.', messages: [hello] },
      [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hello' },
      ],
    ],
    [
      'system blocks, without the header for the accounts, and a system message',
      {
        system: [
          { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330; cch=1f2e3;' },
          { type: 'text', text: 'One.' },
          { type: 'text', text: 'Two.' },
        ],
        messages: [{ role: 'system', content: 'Three.' }, hello],
      },
      [
        { role: 'system', content: 'One.\nTwo.\n\nThree.' },
        { role: 'user', content: 'Hello' },
      ],
    ],
    [
      'a system message later on, as a part of the turn',
      { messages: [hello, { role: 'system', content: 'Short, please.' }] },
      [{ role: 'user', content: 'Hello\nShort, please.' }],
    ],
    [
      'nothing but a system message',
      { messages: [{ role: 'system', content: 'a' }] },
      [{ role: 'system', content: 'a' }],
    ],
    [
      'turns of the same speaker, as one',
      { messages: [hello, hello, { role: 'assistant', content: 'a' }, { role: 'assistant', content: 'b' }] },
      [
        { role: 'user', content: 'Hello\nHello' },
        { role: 'assistant', content: 'a\nb' },
      ],
    ],
    [
      'a call and its result, with what is said after it',
      {
        messages: [
          hello,
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm.', signature: 'x' },
              { type: 'redacted_thinking', data: 'x' },
              { type: 'text', text: 'Let me see.' },
              { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a' } },
              { type: 'tool_use', id: 't2', name: 'list', input: {} },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't1', content: 'one' },
              { type: 'tool_result', tool_use_id: 't2', content: [{ type: 'text', text: 'two' }] },
              { type: 'text', text: 'And now?' },
            ],
          },
        ],
      },
      [
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          content: 'Let me see.',
          reasoning: 'Hm.',
          toolCalls: [
            { id: 't1', name: 'read', arguments: '{"path":"a"}' },
            { id: 't2', name: 'list', arguments: '{}' },
          ],
        },
        { role: 'tool', content: 'one', toolCallId: 't1' },
        { role: 'tool', content: 'two', toolCallId: 't2' },
        { role: 'user', content: 'And now?' },
      ],
    ],
    [
      'results that failed, are empty, or say so themselves',
      {
        messages: user([
          { type: 'tool_result', tool_use_id: 'a', content: 'no such file', is_error: true },
          { type: 'tool_result', tool_use_id: 'b' },
          {
            type: 'tool_result',
            tool_use_id: 'c',
            content: '<tool_use_error>x</tool_use_error>',
            is_error: true,
          },
        ]),
      },
      [
        { role: 'tool', content: 'Error: no such file', toolCallId: 'a' },
        { role: 'tool', content: '', toolCallId: 'b' },
        { role: 'tool', content: '<tool_use_error>x</tool_use_error>', toolCallId: 'c' },
      ],
    ],
    [
      'what Anthropic’s servers did themselves, which is left out',
      {
        messages: [
          hello,
          {
            role: 'assistant',
            content: [
              { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
              {
                type: 'web_search_tool_result',
                tool_use_id: 's',
                content: [{ type: 'web_search_result', url: 'u' }],
              },
              { type: 'text', text: 'So.' },
            ],
          },
        ],
      },
      [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'So.' },
      ],
    ],
  ])('%s', (_, body, expected) => {
    expect(messagesOf(body)).toEqual(expected)
  })
})

describe('the rest of a request', () => {
  const read = { name: 'read', description: 'Reads.', input_schema: { type: 'object' } }
  it.each<[string, object, object]>([
    [
      'limits and sampling',
      { max_tokens: 5, temperature: 0.5, top_p: 0.9, top_k: 3 },
      { maxTokens: 5, sampling: { temperature: 0.5, topP: 0.9, topK: 3 } },
    ],
    ['stop sequences, but for empty ones', { stop_sequences: ['a', '', 'b'] }, { stop: ['a', 'b'] }],
    [
      'tools, without those of Anthropic’s servers',
      {
        tools: [
          { type: 'web_search_20250305', name: 'web_search' },
          { ...read, strict: true },
        ],
      },
      { prompt: { tools: [{ name: 'read', description: 'Reads.', parameters: { type: 'object' } }] } },
    ],
    ['any tool', { tools: [read], tool_choice: { type: 'any' } }, { options: { toolChoice: 'required' } }],
    ['no tool', { tools: [read], tool_choice: { type: 'none' } }, { options: { toolChoice: 'none' } }],
    [
      'this tool, once',
      { tools: [read], tool_choice: { type: 'tool', name: 'read', disable_parallel_tool_use: true } },
      { options: { toolChoice: { name: 'read' }, parallelToolCalls: false } },
    ],
    [
      'thinking, with a budget and an effort',
      { thinking: { type: 'enabled', budget_tokens: 2048 }, output_config: { effort: 'low' } },
      {
        prompt: { templateVariables: { reasoning_effort: 'low' } },
        options: { reasoning: { enabled: true, budgetTokens: 2048 } },
      },
    ],
    ['no thinking', { thinking: { type: 'disabled' } }, { options: { reasoning: { enabled: false } } }],
    [
      'a schema for the answer',
      { output_config: { format: { type: 'json_schema', schema: { type: 'string' } } } },
      {
        options: {
          output: { kind: 'schema', schema: { type: 'string' }, param: 'output_config.format.schema' },
        },
      },
    ],
    [
      'the same by its older name',
      { output_format: { type: 'json_schema', schema: { type: 'string' } } },
      { options: { output: { kind: 'schema', schema: { type: 'string' }, param: 'output_format.schema' } } },
    ],
    [
      'fields that nobody knows',
      {
        metadata: { user_id: 'u' },
        betas: ['x'],
        context_management: { edits: [] },
        mcp_servers: [],
        service_tier: 'auto',
      },
      { stop: [] },
    ],
  ])('%s', (_, more, expected) => {
    expect(translate({ messages: [hello], ...more })).toMatchObject(expected)
  })

  it('leaves to the model what is not asked for', () => {
    expect(translate({ messages: [hello], thinking: { type: 'adaptive' } })).not.toHaveProperty('options')
  })

  it.each<[string, object, string, string]>([
    ['no messages', { messages: [] }, 'invalid_value', 'messages'],
    ['messages of the wrong type', { messages: 'x' }, 'invalid_type', 'messages'],
    ['a message without content', { messages: [{ role: 'user' }] }, 'invalid_value', 'messages.0.content'],
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', data: '' } }] }] },
      'unsupported_content',
      'messages.0.content.0',
    ],
    [
      'a PDF',
      { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'base64', data: '' } }] }] },
      'unsupported_content',
      'messages.0.content.0',
    ],
    [
      'an image in a result',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', content: [{ type: 'image' }] }] }] },
      'unsupported_content',
      'messages.0.content.0.0',
    ],
    ['a limit of the wrong type', { messages: [hello], max_tokens: '5' }, 'invalid_type', 'max_tokens'],
    ['a text as a temperature', { messages: [hello], temperature: 'hot' }, 'invalid_type', 'temperature'],
  ])('refuses %s', (_, body, code, param) => {
    expect(refusal(body)).toEqual({ code, param })
  })
})
