import { describe, expect, test } from 'vitest'
import { llamaGrammar } from '../../tests/support/llama-grammar.ts'
import type { GenerateRequest, Tool } from '../engine/engine.ts'
import { type ChatOptions, type Plan, planGeneration } from './plan.ts'
import { ableFacts } from './templates/facts.testing.ts'
import type { TemplateFacts } from './templates/probe.ts'
import { toolFormats } from './toolcalls/formats.ts'

const weather: Tool = {
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const clock: Tool = { name: 'get_time', parameters: { type: 'object', properties: {} } }
const calling = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bern"}}\n</tool_call>'
const telling = '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>'

function plan(
  options: ChatOptions,
  tools: readonly Tool[] = [weather, clock],
  facts: TemplateFacts = ableFacts,
  end = '<|im_start|>assistant\n',
): Promise<Plan> {
  const request: GenerateRequest = {
    prompt: { kind: 'chat', messages: [{ role: 'user', content: 'Hi' }], tools },
    stop: ['x'],
    sampling: { temperature: 0 },
  }
  return planGeneration({ request, options, facts, end: async () => end })
}

async function accepted(made: Plan, text: string): Promise<boolean> {
  const { grammar } = made.request
  return grammar === undefined || (await llamaGrammar(grammar.text)).accepts(text)
}

const chatOf = ({ request: { prompt } }: Plan) => {
  if (prompt.kind !== 'chat') throw new Error('not a chat')
  return prompt
}

describe('tool choice', () => {
  test('auto: free until the mark, held to the schemas from there on', async () => {
    const made = await plan({})
    expect(made.request.grammar?.triggers).toEqual(['<tool_call>'])
    expect(await accepted(made, calling)).toBe(true)
    expect(await accepted(made, `${calling}\n${telling}`)).toBe(true)
    expect(await accepted(made, '<tool_call>\n{"name": "other", "arguments": {}}\n</tool_call>')).toBe(false)
    expect(made.request).toMatchObject({ stop: ['x'], sampling: { temperature: 0 } })
  })

  test('none: the template hears of no tools and nothing is a call', async () => {
    const made = await plan({ toolChoice: 'none' })
    expect(chatOf(made).tools).toBeUndefined()
    expect(made.request.grammar).toBeUndefined()
    expect(made.interpreter?.().push(calling)).toEqual([{ type: 'text', text: calling, tokens: 0 }])
  })

  test('required: a call from the first token, after thinking if it likes', async () => {
    const made = await plan({ toolChoice: 'required' })
    expect(made.request.grammar?.triggers).toBeUndefined()
    expect(await accepted(made, calling)).toBe(true)
    expect(await accepted(made, `<think>\nHm.\n</think>\n\n${telling}`)).toBe(true)
    expect(await accepted(made, 'Hello')).toBe(false)
  })

  test('a named tool: that one', async () => {
    const made = await plan({ toolChoice: { name: 'get_time' }, parallelToolCalls: false })
    expect(await accepted(made, telling)).toBe(true)
    expect(await accepted(made, calling)).toBe(false)
    expect(await accepted(made, `${telling}\n${telling}`)).toBe(false)
    expect(chatOf(made).tools).toHaveLength(2)
  })

  test.each([
    [{ toolChoice: { name: 'nope' } }, [weather]],
    [{ toolChoice: 'required' }, []],
  ] as const)('%j with %j is refused', async (options, tools) => {
    await expect(plan(options, tools)).rejects.toMatchObject({ code: 'invalid_value', param: 'tool_choice' })
  })

  test('a schema that makes no sense leaves its tool free', async () => {
    const made = await plan({}, [{ name: 'odd', parameters: { $ref: '#' } }])
    expect(await accepted(made, '<tool_call>\n{"name": "odd", "arguments": {"a": [1]}}\n</tool_call>')).toBe(
      true,
    )
  })
})

describe('structured output', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer', multipleOf: 3 } }, required: ['a'] }
  const output = { kind: 'schema', schema, param: 'response_format.json_schema.schema' } as const

  test('the text fits the schema; what the grammar cannot hold is said', async () => {
    const made = await plan({ output }, [])
    expect(await accepted(made, '{"a": 3}')).toBe(true)
    expect(await accepted(made, '<think>x</think>{"a": 3}')).toBe(true)
    expect(await accepted(made, '{"b": 3}')).toBe(false)
    expect(made.notEnforced).toEqual([{ path: 'properties.a', keyword: 'multipleOf' }])
  })

  test('beside tools: the text or a call', async () => {
    const made = await plan({ output })
    expect(await accepted(made, '{"a": 3}')).toBe(true)
    expect(await accepted(made, calling)).toBe(true)
    expect(await accepted(made, 'Hello')).toBe(false)
  })

  test('any JSON object', async () => {
    const made = await plan({ output: { kind: 'object' } }, [])
    expect(await accepted(made, '{"x": [1, {}]}')).toBe(true)
    expect(await accepted(made, '[1]')).toBe(false)
  })

  test('a schema that makes no sense is refused with its place', async () => {
    const bad = {
      kind: 'schema',
      schema: { properties: { a: { $ref: '#/properties/a' } } },
      param: 'format',
    } as const
    await expect(plan({ output: bad }, [])).rejects.toMatchObject({
      code: 'invalid_value',
      param: 'format.properties.a',
    })
  })
})

describe('reasoning', () => {
  test('opened by the prompt: the answer starts inside, and a forced call comes after it', async () => {
    const made = await plan(
      { toolChoice: 'required', reasoning: { budgetTokens: 9 } },
      undefined,
      ableFacts,
      'assistant\n<think>\n',
    )
    expect(made.request.reasoning).toEqual({
      open: '<think>',
      close: '</think>',
      openInPrompt: true,
      budgetTokens: 9,
    })
    expect(await accepted(made, `Hm.</think>${calling}`)).toBe(true)
    expect(await accepted(made, calling)).toBe(false)
    expect(made.request.markers).toContain('</think>')
    const interpreter = made.interpreter?.()
    expect(interpreter?.push('Hm.\n</think>\n\nHi.', 7)).toEqual([
      { type: 'reasoning', text: 'Hm.', tokens: 7 },
      { type: 'text', text: 'Hi.', tokens: 0 },
    ])
    expect(interpreter?.reasoningTokens).toBe(7)
  })

  test('closed by the prompt: there is none', async () => {
    const made = await plan({}, [], ableFacts, 'assistant\n<think>\n\n</think>\n\n')
    expect(made.request.reasoning).toBeUndefined()
  })

  test('switched by the request: the template’s own variables are set', async () => {
    const made = await plan({ reasoning: { enabled: false } })
    expect(chatOf(made).templateVariables).toEqual({ enable_thinking: false })
  })

  test('kept in the text where asked', async () => {
    const made = await plan({ separateReasoning: false }, [])
    const interpreter = made.interpreter?.()
    expect(interpreter?.push('<think>a</think>b')).toEqual([
      { type: 'text', text: '<think>a</think>b', tokens: 0 },
    ])
  })
})

describe('templates that teach no calls', () => {
  const facts: TemplateFacts = {
    ...ableFacts,
    syntax: undefined,
    tools: false,
    toolCalls: false,
    toolResults: false,
    reasoning: undefined,
  }

  test('the tools are described, and calls come in our own notation', async () => {
    const made = await plan({ toolChoice: 'required' }, undefined, facts)
    const chat = chatOf(made)
    expect(chat.tools).toBeUndefined()
    expect(chat.messages[0]?.content).toContain('get_weather')
    expect(await accepted(made, calling)).toBe(true)
    expect(made.interpreter?.().push(calling)).toMatchObject([{ type: 'toolCall', name: 'get_weather' }])
  })

  test('a notation without a list of tools in the template is still the model’s own', async () => {
    const deepseek: TemplateFacts = {
      ...facts,
      toolCalls: true,
      toolResults: true,
      syntax: { kind: 'marked', format: toolFormats['deepseek-v3.1'] },
    }
    const made = await plan({ toolChoice: 'required' }, undefined, deepseek)
    expect(chatOf(made).messages[0]?.content).toContain('<｜tool▁call▁begin｜>')
    expect(
      await accepted(
        made,
        '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_time<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
      ),
    ).toBe(true)
  })
})

test('the same tools again cost no new grammar', async () => {
  const facts = { ...ableFacts }
  const first = await plan({}, undefined, facts)
  const second = await plan({}, undefined, facts)
  expect(second.request.grammar).toBe(first.request.grammar)
  const other = await plan({ parallelToolCalls: false }, undefined, facts)
  expect(other.request.grammar).not.toBe(first.request.grammar)
})

test('raw text is held to its output too', async () => {
  const request: GenerateRequest = { prompt: { kind: 'text', text: 'JSON:' }, stop: [], sampling: {} }
  const schema = { type: 'array', items: { type: 'integer' }, uniqueItems: true }
  const options: ChatOptions = { output: { kind: 'schema', schema, param: 'format' } }
  const made = await planGeneration({ request, options, facts: ableFacts, end: async () => '' })
  expect(await accepted(made, '[1, 2]')).toBe(true)
  expect(await accepted(made, '["a"]')).toBe(false)
  expect(made.notEnforced).toEqual([{ path: '', keyword: 'uniqueItems' }])
  const any = await planGeneration({
    request,
    options: { output: { kind: 'object' } },
    facts: ableFacts,
    end: async () => '',
  })
  expect(await accepted(any, '{"a": 1}')).toBe(true)
})

test('what is no chat is left as it is', async () => {
  const request: GenerateRequest = { prompt: { kind: 'text', text: 'a' }, stop: [], sampling: {} }
  const made = await planGeneration({ request, options: {}, facts: ableFacts, end: async () => '' })
  expect(made).toEqual({ request, notEnforced: [] })
})
