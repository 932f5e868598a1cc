import { Template } from '@huggingface/jinja'
import { expect, test } from 'vitest'
import { Random } from '../gguf/random.ts'
import { chatTemplate } from './chat-template.ts'
import { assistant, type Message, renderChat, system, type ToolDefinition, user } from './dialogue.ts'
import { longTools } from './long.ts'
import { prompt } from './speaker.ts'
import { noToolTurn, toolTurn } from './tools.ts'
import { readTopics } from './topics.ts'

/** What training sees up to the last answer, and what the template makes of the same messages. */
function both(messages: readonly Message[], tools: readonly ToolDefinition[] = []): [string, string] {
  const open = '<|im_start|>assistant\n'
  const trained = renderChat(messages, tools)
    .map(segment => segment.text)
    .join('')
  return [trained + open, prompt(messages, tools)]
}

test('training text and chat template agree on plain chats', () => {
  const [trained, rendered] = both([system('Be brief.'), user('hi'), assistant('Hello!'), user('port?')])
  expect(rendered).toBe(trained)
  expect(rendered).toBe(
    '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n<|im_start|>user\nport?<|im_end|>\n<|im_start|>assistant\n',
  )
})

test('training text and chat template agree on tools, calls and results', () => {
  const random = new Random(7)
  const topics = readTopics()
  for (let i = 0; i < 200; i++) {
    const { messages, tools } =
      i % 10 === 0 ? longTools(random) : i % 3 === 0 ? noToolTurn(topics, random) : toolTurn(random)
    const [trained, rendered] = both(messages, tools)
    expect(rendered).toBe(trained)
  }
})

const render = (context: Record<string, unknown>) =>
  new Template(chatTemplate).render({ add_generation_prompt: true, ...context })

test('the template takes what clients send', () => {
  const call = { type: 'function', id: 'call_1', function: { name: 'now', arguments: { zone: 'UTC' } } }
  expect(
    render({
      messages: [
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'time?' },
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: '12:00' },
      ],
      tools: [{ type: 'function', function: { name: 'now' } }],
    }),
  ).toBe(
    '<|im_start|>system\nBe kind.\n<tools>\nnow()\n</tools><|im_end|>\n<|im_start|>user\ntime?<|im_end|>\n<|im_start|>assistant\n<tool_call>{"name":"now","arguments":{"zone": "UTC"}}</tool_call><|im_end|>\n<|im_start|>tool\n12:00<|im_end|>\n<|im_start|>assistant\n',
  )
})

test('odd schemas become any', () => {
  const parameters = {
    type: 'object',
    properties: {
      a: { anyOf: [] },
      b: { type: ['string', 'null'] },
      c: { enum: ['x', 'y'] },
      d: { type: 'array' },
    },
  }
  expect(
    render({ messages: [{ role: 'user', content: 'x' }], tools: [{ function: { name: 'f', parameters } }] }),
  ).toContain('\nf(a?: any, b?: any, c?: x|y, d?: array)\n')
})
