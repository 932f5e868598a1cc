import { describe, expect, test } from 'vitest'
import type { AnswerDelta } from './answer.ts'
import { type ToolFormatId, toolFormats } from './formats.ts'
import { readHarmony } from './harmony.ts'
import { type AnswerReader, createInterpreter } from './interpreter.ts'
import { readAnswer } from './machine.ts'
import { readRecipients } from './recipients.ts'
import { sampleTools } from './samples.testing.ts'

const marks = { open: '<think>', close: '</think>' }

function read(reader: AnswerReader, answer: string) {
  const interpreter = createInterpreter(reader, sampleTools, () => 'id')
  const deltas: AnswerDelta[] = [...interpreter.push(answer), ...interpreter.end()]
  const join = (type: 'text' | 'reasoning'): string =>
    deltas.map(delta => (delta.type === type ? delta.text : '')).join('')
  const calls = new Map<number, string>()
  for (const delta of deltas) {
    if (delta.type === 'toolCall')
      calls.set(delta.index, `${calls.get(delta.index) ?? ''}${delta.name ?? ''}${delta.arguments}`)
  }
  return { text: join('text'), reasoning: join('reasoning'), calls: [...calls.values()] }
}

const marked =
  (id: ToolFormatId, openInPrompt = false): AnswerReader =>
  context =>
    readAnswer(context, { format: toolFormats[id], reasoning: { ...marks, openInPrompt } })

describe('calls that are none come out as text', () => {
  test.each<[ToolFormatId, string]>([
    ['hermes', 'Write <tool_call> and then JSON.'],
    ['hermes', '<tool_call>{"name": 5}</tool_call>'],
    ['hermes', '<tool_call>{"arguments": {}}</tool_call>'],
    ['hermes', '<tool_call>{"name": "get_weather", "arguments": 7}</tool_call>'],
    ['hermes', '<tool_call>{"name": "get_weather", "argu'],
    ['hermes', '<tool_call'],
    ['qwen3-coder', '<tool_call>\n<function=>'],
    ['qwen3-coder', '<tool_call>\nno tags</tool_call>'],
    ['llama-3', '{"name": "Anna", "age": 3}'],
    ['llama-3', '{"name": "unknown_tool", "parameters": {}}'],
    ['llama-3', 'It is {"name": "get_weather", "parameters": {}} that you want.'],
    ['pythonic', '[1, 2, 3]'],
    ['mistral', '[TOOL_CALLS] is a mark.'],
    ['gemma', '```tool_code\nprint(1)\n```'],
    ['command-r-plus', 'Action: none.'],
    ['functools', 'from functools import reduce'],
    ['glm-4.5', '<tool_call>What a name</tool_call>'],
    ['lfm2', '<|tool_call_start|>[1]<|tool_call_end|>'],
  ])('%s: %s', (id, answer) => {
    expect(read(marked(id), answer)).toEqual({ text: answer, reasoning: '', calls: [] })
  })
})

describe('calls that break off are closed, and what did not fit is text', () => {
  test.each<[ToolFormatId, string, string, string]>([
    [
      'hermes',
      '<tool_call>{"name": "get_weather", "arguments": {"city": "Be',
      'get_weather{"city": "Be"}',
      '',
    ],
    [
      'hermes',
      '<tool_call>{"name": "get_weather", "arguments": {"city": "Bern", "days": 12',
      'get_weather{"city": "Bern"}',
      '',
    ],
    [
      'hermes',
      '<tool_call>{"name": "get_weather", "arguments": {"city": oops}}</tool_call> Bye',
      'get_weather{}',
      '"city": oops}} Bye',
    ],
    [
      'hermes',
      '<tool_call>{"name": "get_weather", "arguments": {"city": "a\nb\\q"}}</tool_call>',
      'get_weather{"city": "a\\nb\\\\q"}',
      '',
    ],
    [
      'hermes',
      '<tool_call>{"name": "get_weather", "arguments": {"city": "Bern",}}</tool_call>',
      'get_weather{"city": "Bern"}',
      '',
    ],
    ['hermes', '<tool_call>{"name": "list_files", "arguments": {}}Hello', 'list_files{}', 'Hello'],
    [
      'qwen3-coder',
      '<tool_call>\n<function=get_weather>\n<parameter=city>\nBe',
      'get_weather{"city":"Be"}',
      '',
    ],
    ['qwen3-coder', '<tool_call>\n<function=get_weather>\n<parameter=days>\n1', 'get_weather{}', ''],
    ['mistral', '[TOOL_CALLS]get_weather[ARGS]{"city": "Bern"', 'get_weather{"city": "Bern"}', ''],
    ['gemma-4', '<|tool_call>call:get_weather{city:<|"|>Be', 'get_weather{"city":"Be"}', ''],
    ['lfm2', '<|tool_call_start|>[get_weather(city="Be', 'get_weather{"city":"Be"}', ''],
  ])('%s: %s', (id, answer, call, text) => {
    expect(read(marked(id), answer)).toEqual({ text, reasoning: '', calls: [call] })
  })
})

describe('reasoning', () => {
  test.each<[string, boolean, string, string]>([
    ['<think>\nHm.\n</think>\n\nHi', false, 'Hm.', 'Hi'],
    ['  \n<think>Hm.</think>Hi', false, 'Hm.', 'Hi'],
    ['<think>\n\n</think>\n\nHi', false, '', 'Hi'],
    ['Hm.</think>Hi', true, 'Hm.', 'Hi'],
    ['Hm', true, 'Hm', ''],
    ['<think>Hm < </thin', false, 'Hm < </thin', ''],
    ['The mark <think> is text here.', false, '', 'The mark <think> is text here.'],
    ['<thin air', false, '', '<thin air'],
    [
      'Hm. <tool_call>{"name": "list_files"}</tool_call></think>Hi',
      true,
      'Hm. <tool_call>{"name": "list_files"}</tool_call>',
      'Hi',
    ],
  ])('%s (open: %s)', (answer, open, reasoning, text) => {
    expect(read(marked('hermes', open), answer)).toEqual({ text, reasoning, calls: [] })
  })

  test('again after a call', () => {
    const answer =
      '<think>a</think><tool_call>{"name": "list_files", "arguments": {}}</tool_call>\n<think>b</think>c'
    expect(read(marked('hermes'), answer)).toEqual({ text: 'c', reasoning: 'ab', calls: ['list_files{}'] })
  })
})

describe('Harmony', () => {
  test.each([
    [
      '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi.<|return|>',
      'Hi.',
      'Hm.',
      [],
    ],
    ['<|channel|>final<|message|>Hi', 'Hi', '', []],
    ['Just text.', 'Just text.', '', []],
    ['<|channel|>commentary to=functions.list_files<|message|>oops<|call|>', 'oops', '', []],
    [
      '<|channel|>commentary to=functions.get_weather<|message|>{"city": "Be',
      '',
      '',
      ['get_weather{"city": "Be"}'],
    ],
  ])('%s', (answer, text, reasoning, calls) => {
    expect(read(readHarmony, answer)).toEqual({ text, reasoning, calls })
  })
})

describe('recipients', () => {
  test.each([
    ['all\nHi', 'Hi', []],
    ['all\na >>> b', 'a >>> b', []],
    ['Just text.', 'Just text.', []],
    ['get_weather\n{"city": "Be', '', ['get_weather{"city": "Be"}']],
  ])('%s', (answer, text, calls) => {
    expect(read(readRecipients, answer)).toEqual({ text, reasoning: '', calls })
  })
})
