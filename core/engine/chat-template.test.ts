import { describe, expect, test } from 'vitest'
import { ChatTemplate, chatMlTemplate } from './chat-template.ts'
import type { ChatPrompt } from './engine.ts'

const specials = { bos: '<s>', eos: '</s>' }
const chat = (more: Partial<ChatPrompt> = {}): ChatPrompt => ({
  kind: 'chat',
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
})
const render = (source: string, prompt = chat()) => new ChatTemplate(source).render(prompt, specials)

describe('a template is rendered as Transformers does', () => {
  test.each<{ name: string; source: string; prompt?: ChatPrompt; text: string }>([
    {
      name: 'trim_blocks takes the line end after a block',
      source: '{% if true %}\na\n{% endif %}\nb',
      text: 'a\nb',
    },
    {
      name: 'lstrip_blocks takes the spaces before one',
      source: 'a\n   {% if true %}b{% endif %}',
      text: 'a\nb',
    },
    { name: 'special tokens', source: '{{ bos_token }}x{{ eos_token }}', text: '<s>x</s>' },
    { name: 'the answer is asked for', source: '{{ add_generation_prompt }}', text: 'True' },
    { name: 'no tools are none', source: '{{ tools is none }}{{ tools is defined }}', text: 'TrueTrue' },
    {
      name: 'an empty list of tools is none',
      source: '{{ tools is none }}',
      prompt: chat({ tools: [] }),
      text: 'True',
    },
    {
      name: 'tools in OpenAI’s shape, as Python writes JSON',
      source: '{{ tools[0] | tojson }}',
      prompt: chat({ tools: [{ name: 'f', description: 'Grüße', parameters: { type: 'object' } }] }),
      text: '{"type": "function", "function": {"name": "f", "description": "Grüße", "parameters": {"type": "object"}}}',
    },
    {
      name: 'indented JSON',
      source: '{{ tools[0].function.parameters | tojson(indent=2) }}',
      prompt: chat({ tools: [{ name: 'f', parameters: { a: [1] } }] }),
      text: '{\n  "a": [\n    1\n  ]\n}',
    },
    {
      name: 'calls with their arguments as an object',
      source: '{{ messages[0].tool_calls[0].function.arguments.place }}',
      prompt: chat({
        messages: [
          {
            role: 'assistant',
            content: '',
            toolCalls: [{ id: '1', name: 'f', arguments: '{"place":"Rome"}' }],
          },
        ],
      }),
      text: 'Rome',
    },
    {
      name: 'arguments that are no JSON as they are',
      source: '{{ messages[0].tool_calls[0].function.arguments }}',
      prompt: chat({
        messages: [
          { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: '{oops' }] },
        ],
      }),
      text: '{oops',
    },
    {
      name: 'a tool’s answer and reasoning',
      source: '{% for m in messages %}{{ m.tool_call_id }}{{ m.name }}{{ m.reasoning_content }};{% endfor %}',
      prompt: chat({
        messages: [
          { role: 'tool', content: 'x', toolCallId: '7', name: 'f' },
          { role: 'assistant', content: 'y', reasoning: 'hm' },
        ],
      }),
      text: '7f;hm;',
    },
    {
      name: 'the request’s own variables',
      source: '{{ enable_thinking }}',
      prompt: chat({ templateVariables: { enable_thinking: false } }),
      text: 'False',
    },
    {
      name: 'variables cannot replace the messages',
      source: '{{ messages[0].content }}',
      prompt: chat({ templateVariables: { messages: [] } }),
      text: 'Hi',
    },
    { name: 'today', source: "{{ strftime_now('%Y') }}", text: String(new Date().getFullYear()) },
  ])('$name', ({ source, prompt, text }) => {
    expect(render(source, prompt)).toBe(text)
  })

  test('what it raises is thrown', () => {
    expect(() => render("{{ raise_exception('roles must alternate') }}")).toThrow('roles must alternate')
  })
})

test('ChatML stands in where a model has none', () => {
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi' },
  ] as const
  expect(render(chatMlTemplate, chat({ messages }))).toBe(
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
  )
})
