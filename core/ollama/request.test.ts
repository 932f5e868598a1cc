import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { ollamaChat, ollamaGenerate } from '../contract/ollama.ts'
import { issuesToError } from '../http/zod-error.ts'
import { chatRequest } from './chat/prompt.ts'
import { generateRequest } from './generate/prompt.ts'
import { keepOf } from './request.ts'

/** The contract, then the translation: what a handler does. */
function chat(body: unknown) {
  const parsed = ollamaChat.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return chatRequest(parsed.data)
}

function generate(body: unknown) {
  const parsed = ollamaGenerate.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return generateRequest(parsed.data)
}

function refusal(act: () => unknown): Pick<ImpetusError, 'code' | 'param'> {
  try {
    act()
  } catch (error) {
    if (!(error instanceof ImpetusError)) throw error
    const { code, param } = error
    return { code, param }
  }
  throw new Error('It was not refused.')
}

const hello = { role: 'user', content: 'Hello' }

describe('a chat', () => {
  it('has messages, with ids for calls that have none and results that belong to them', () => {
    const call = (name: string) => ({ function: { name, arguments: { a: 1 } } })
    const { prompt } = chat({
      messages: [
        { role: 'system', content: 'Be kind.' },
        { ...hello, images: [] },
        { role: 'assistant', content: '', thinking: 'Hm.', tool_calls: [call('f'), call('g'), call('f')] },
        { role: 'tool', tool_name: 'g', content: 'two' },
        { role: 'tool', tool_name: 'f', content: 'one' },
        { role: 'tool', content: 'three' },
        { role: 'tool', content: 'of nothing' },
        { role: 'critic' },
      ],
    })
    const toolCall = (id: string, name: string) => ({ id, name, arguments: '{"a":1}' })
    expect(prompt).toEqual({
      kind: 'chat',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          content: '',
          reasoning: 'Hm.',
          toolCalls: [toolCall('call_0', 'f'), toolCall('call_1', 'g'), toolCall('call_2', 'f')],
        },
        { role: 'tool', content: 'two', name: 'g', toolCallId: 'call_1' },
        { role: 'tool', content: 'one', name: 'f', toolCallId: 'call_0' },
        { role: 'tool', content: 'three', toolCallId: 'call_2' },
        { role: 'tool', content: 'of nothing' },
        { role: 'user', content: '' },
      ],
    })
  })

  it('has ids where they are sent', () => {
    const { prompt } = chat({
      messages: [
        { role: 'assistant', content: '', tool_calls: [{ id: 'x', function: { name: 'f' } }] },
        { role: 'tool', tool_call_id: 'x', content: '1' },
      ],
    })
    expect(prompt).toMatchObject({
      messages: [{ toolCalls: [{ id: 'x', name: 'f', arguments: '{}' }] }, { toolCallId: 'x' }],
    })
  })

  it.each<[string, object, object]>([
    [
      'tools, but for those without a name',
      {
        tools: [
          { type: 'function', function: { name: 'f', description: 'F.', parameters: { type: 'object' } } },
          {},
        ],
      },
      { prompt: { tools: [{ name: 'f', description: 'F.', parameters: { type: 'object' } }] } },
    ],
    ['JSON', { format: 'json' }, { options: { output: { kind: 'object' } } }],
    [
      'a schema',
      { format: { type: 'object' } },
      { options: { output: { kind: 'schema', schema: { type: 'object' }, param: 'format' } } },
    ],
    ['no format', { format: '' }, { options: {} }],
    ['likelihoods', { logprobs: true, top_logprobs: 3 }, { logprobs: { top: 3 } }],
    ['likelihoods of the tokens alone', { logprobs: true }, { logprobs: { top: 0 } }],
    ['thinking', { think: true }, { options: { reasoning: { enabled: true } } }],
    ['no thinking', { think: false }, { options: { reasoning: { enabled: false } } }],
    [
      'a little thinking',
      { think: 'low' },
      {
        options: { reasoning: { enabled: true } },
        prompt: { templateVariables: { reasoning_effort: 'low' } },
      },
    ],
    [
      'options',
      {
        options: {
          num_ctx: 4096,
          num_predict: 7,
          temperature: 0,
          top_k: -1,
          top_p: 0.9,
          min_p: 0.1,
          seed: 2 ** 32 + 5,
          repeat_penalty: 1.1,
          presence_penalty: 0.5,
          frequency_penalty: 0.25,
          stop: ['a', ''],
          num_gpu: 99,
          mirostat: 1,
        },
      },
      {
        maxTokens: 7,
        stop: ['a'],
        sampling: {
          temperature: 0,
          topK: 0,
          topP: 0.9,
          minP: 0.1,
          seed: 5,
          repeatPenalty: 1.1,
          presencePenalty: 0.5,
          frequencyPenalty: 0.25,
        },
      },
    ],
    ['one stop text', { options: { stop: 'a' } }, { stop: ['a'] }],
  ])('with %s', (_, more, expected) => {
    expect(chat({ messages: [hello], ...more })).toMatchObject(expected)
  })

  it.each([{ num_predict: -1 }, { num_predict: -2 }, {}])(
    'runs to the end of the context with %o',
    options => {
      expect(chat({ messages: [hello], options })).not.toHaveProperty('maxTokens')
    },
  )

  it.each<[string, object, string, string]>([
    ['an image', { messages: [{ ...hello, images: ['aGk='] }] }, 'unsupported_content', 'messages.0.images'],
    ['a format that is none', { messages: [hello], format: 'xml' }, 'invalid_value', 'format'],
    [
      'content of the wrong type',
      { messages: [{ role: 'user', content: 5 }] },
      'invalid_type',
      'messages.0.content',
    ],
    [
      'an option of the wrong type',
      { options: { temperature: 'hot' } },
      'invalid_type',
      'options.temperature',
    ],
  ])('refuses %s', (_, body, code, param) => {
    expect(refusal(() => chat(body))).toEqual({ code, param })
  })
})

describe('a prompt', () => {
  it.each<[string, object, object]>([
    ['as a turn of a chat', { prompt: 'a' }, { kind: 'chat', messages: [{ role: 'user', content: 'a' }] }],
    [
      'with instructions',
      { prompt: 'a', system: 'Be kind.' },
      {
        kind: 'chat',
        messages: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'a' },
        ],
      },
    ],
    ['raw', { prompt: '<|im_start|>a', raw: true }, { kind: 'text', text: '<|im_start|>a' }],
    ['with a suffix', { prompt: 'a', suffix: 'b' }, { kind: 'infill', prefix: 'a', suffix: 'b' }],
    [
      'with a suffix, raw',
      { prompt: 'a', suffix: 'b', raw: true },
      { kind: 'infill', prefix: 'a', suffix: 'b' },
    ],
  ])('%s', (_, body, expected) => {
    expect(generate(body).prompt).toEqual(expected)
  })

  it.each<[string, object, string, string]>([
    ['a template', { prompt: 'a', template: '{{ .Prompt }}' }, 'invalid_value', 'template'],
    ['a context', { prompt: 'a', context: [1, 2] }, 'invalid_value', 'context'],
    ['an image', { prompt: 'a', images: ['aGk='] }, 'unsupported_content', 'images'],
  ])('refuses %s', (_, body, code, param) => {
    expect(refusal(() => generate(body))).toEqual({ code, param })
  })
})

describe('keep_alive', () => {
  it.each([
    [0, 0],
    ['0', 0],
    ['0s', 0],
    [300, 300_000],
    ['90', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    [-1, Number.POSITIVE_INFINITY],
    ['-1m', Number.POSITIVE_INFINITY],
  ])('of %o is %d ms', (keep_alive, expected) => {
    expect(keepOf({ keep_alive })).toEqual({ keepMilliseconds: expected })
  })

  it.each([undefined, null, ''])('of %o is as configured', keep_alive => {
    expect(keepOf({ keep_alive })).toEqual({})
  })

  it.each(['soon', '5 minutes', 'm', '1d'])('is refused as %o', keep_alive => {
    expect(refusal(() => keepOf({ keep_alive }))).toEqual({ code: 'invalid_value', param: 'keep_alive' })
  })
})
