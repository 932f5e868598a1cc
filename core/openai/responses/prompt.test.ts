import { describe, expect, it } from 'vitest'
import type { ImpetusError } from '../../contract/errors.ts'
import { createResponse } from '../../contract/responses.ts'
import { issuesToError } from '../../http/zod-error.ts'
import { inputItems, responseRequest } from './prompt.ts'

/** The contract, then the translation: what a handler does. */
function translate(body: unknown) {
  const parsed = createResponse.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return responseRequest(parsed.data, inputItems(parsed.data))
}

const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' }
const toolCall = { id: 'c', name: 'f', arguments: '{"a":1}' }
const thought = {
  type: 'reasoning',
  id: 'r',
  summary: [],
  content: [{ type: 'reasoning_text', text: 'Hm.' }],
}
const said = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] }

describe('input', () => {
  it.each([
    ['a text', 'Hi', [{ role: 'user', content: 'Hi' }]],
    ['an empty text', '', [{ role: 'user', content: '' }]],
    ['a message without a type', [{ role: 'user', content: 'Hi' }], [{ role: 'user', content: 'Hi' }]],
    [
      'parts',
      [
        {
          type: 'message',
          role: 'developer',
          content: [
            { type: 'input_text', text: 'a' },
            { type: 'input_text', text: 'b' },
          ],
        },
      ],
      [{ role: 'system', content: 'a\nb' }],
    ],
    [
      'a call and its result',
      [call, { type: 'function_call_output', call_id: 'c', output: '42' }],
      [
        { role: 'assistant', content: '', toolCalls: [toolCall] },
        { role: 'tool', toolCallId: 'c', content: '42' },
      ],
    ],
    [
      'a result in parts',
      [
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [{ type: 'input_text', text: '42' }, { x: 1 }],
        },
      ],
      [{ role: 'tool', toolCallId: 'c', content: '42\n{"x":1}' }],
    ],
    [
      'what was thought, said and called in one go, as one message',
      [thought, said, call, { ...call, call_id: 'd' }],
      [
        {
          role: 'assistant',
          content: 'Yes.',
          reasoning: 'Hm.',
          toolCalls: [toolCall, { ...toolCall, id: 'd' }],
        },
      ],
    ],
    [
      'reasoning before a call',
      [thought, call],
      [{ role: 'assistant', content: '', reasoning: 'Hm.', toolCalls: [toolCall] }],
    ],
    [
      'reasoning as a summary',
      [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'So.' }] }, said],
      [{ role: 'assistant', content: 'Yes.', reasoning: 'So.' }],
    ],
    [
      'a call of another kind',
      [
        { type: 'custom_tool_call', call_id: 'c', name: 'patch', input: 'x' },
        { type: 'custom_tool_call_output', call_id: 'c', output: 'done' },
      ],
      [
        {
          role: 'assistant',
          content: '',
          toolCalls: [{ id: 'c', name: 'patch', arguments: '{"input":"x"}' }],
        },
        { role: 'tool', toolCallId: 'c', content: 'done' },
      ],
    ],
    [
      'items that nobody knows',
      ['x', 'Hi'].map((text, index) => (index ? { role: 'user', content: text } : { type: 'compaction' })),
      [{ role: 'user', content: 'Hi' }],
    ],
  ])('%s', (_name, input, messages) => {
    expect(translate({ input }).prompt).toEqual({ kind: 'chat', messages })
  })

  it('puts the instructions before everything', () => {
    expect(translate({ input: 'Hi', instructions: 'Be brief.' }).prompt).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    })
  })
})

describe('fields', () => {
  const f = { type: 'function', name: 'f', parameters: { type: 'object' }, strict: true }
  const tools = [f, { type: 'web_search' }, { type: 'namespace', name: 'n', tools: [] }, { ...f, name: 'g' }]

  it.each([
    ['max_output_tokens', { max_output_tokens: 5 }, { maxTokens: 5 }],
    ['sampling', { temperature: 0, top_p: 0.5 }, { sampling: { temperature: 0, topP: 0.5 } }],
    [
      'likelihoods, asked for by name',
      { include: ['message.output_text.logprobs'] },
      { logprobs: { top: 0 } },
    ],
    ['likelihoods, asked for by number', { top_logprobs: 3 }, { logprobs: { top: 3 } }],
    ['no thinking', { reasoning: { effort: 'none' } }, { options: { reasoning: { enabled: false } } }],
    [
      'a format with a schema',
      { text: { format: { type: 'json_schema', name: 's', schema: { a: 1 } } } },
      { options: { output: { kind: 'schema', schema: { a: 1 }, param: 'text.format.schema' } } },
    ],
    ['a format of text', { text: { format: { type: 'text' }, verbosity: 'low' } }, {}],
    ['a required call', { tools, tool_choice: 'required' }, { options: { toolChoice: 'required' } }],
    [
      'a tool by name',
      { tools, tool_choice: { type: 'function', name: 'f' } },
      { options: { toolChoice: { name: 'f' } } },
    ],
    ['a tool of another kind', { tools, tool_choice: { type: 'web_search', name: 'x' } }, {}],
    ['one call at most', { tools, parallel_tool_calls: false }, { options: { parallelToolCalls: false } }],
    [
      'what is taken and not used',
      { metadata: { a: 'b' }, truncation: 'auto', service_tier: 'auto', prompt_cache_key: 'k', foo: 1 },
      {},
    ],
  ])('%s', (_name, fields, expected) => {
    const { prompt: _, ...rest } = translate({ input: 'Hi', ...fields })
    expect(rest).toEqual({ stop: [], sampling: {}, ...expected })
  })

  it('hands functions to the template, other kinds of tools not', () => {
    expect(translate({ input: 'Hi', tools }).prompt).toMatchObject({ tools: [{ name: 'f' }, { name: 'g' }] })
    const allowed = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'g' }] }
    const some = translate({ input: 'Hi', tools, tool_choice: allowed })
    expect(some).toMatchObject({ prompt: { tools: [{ name: 'g' }] }, options: { toolChoice: 'required' } })
  })

  it.each([
    ['nothing to answer', {}, 'input'],
    ['no items', { input: [] }, 'input'],
    ['an input of another type', { input: 5 }, 'input'],
    ['an item that is none', { input: [1] }, 'input.0'],
    [
      'an image that a tool gave',
      { input: [{ type: 'function_call_output', call_id: 'x', output: [{ type: 'input_image' }] }] },
      'input.0.output.0',
    ],
    ['an image', { input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input.0.content.0'],
    ['a format that nobody knows', { input: 'a', text: { format: { type: 'xml' } } }, 'text.format.type'],
    ['a limit in words', { input: 'a', max_output_tokens: 'many' }, 'max_output_tokens'],
    ['tools that are none', { input: 'a', tools: 'x' }, 'tools'],
  ])('refuses %s, naming the field', (_name, body, param) => {
    expect(() => translate(body)).toThrowError(
      expect.objectContaining({ param } satisfies Partial<ImpetusError>),
    )
  })
})
