import { expect, test } from 'vitest'
import { type Difference, likelyCause, toolNames } from './explain.ts'

const tokens = (length: number, from = 0) => Array.from({ length }, (_, index) => from + index)
const same: Difference = {
  matched: 0,
  reused: 0,
  earlier: [],
  earlierPrompt: 0,
  prompt: [],
  was: '',
  is: '',
  toolsWere: [],
  toolsAre: [],
  cuttable: true,
}

/** As they came up with real clients and templates; texts are what stood at the first difference. */
const cases: readonly { name: string; difference: Partial<Difference>; cause: string }[] = [
  { name: 'nothing was asked before', difference: { prompt: tokens(900) }, cause: 'first' },
  {
    name: 'another conversation without a system prompt',
    difference: {
      matched: 4,
      earlier: tokens(300),
      earlierPrompt: 200,
      prompt: tokens(900, 5),
      was: 'Why',
      is: 'How',
    },
    cause: 'first',
  },
  {
    name: 'Qwen 3 leaves out what the model thought',
    difference: {
      matched: 800,
      reused: 800,
      earlier: tokens(1200),
      earlierPrompt: 800,
      prompt: [...tokens(800), ...tokens(200, 9000)],
      was: '<think>\nThe user wants',
      is: 'The file is',
    },
    cause: 'template',
  },
  {
    name: 'an agent with the date in its system prompt',
    difference: {
      matched: 60,
      earlier: tokens(5000),
      earlierPrompt: 4000,
      prompt: [...tokens(60), ...tokens(4000, 9000)],
      was: '21, 2026. You are',
      is: '22, 2026. You are',
    },
    cause: 'timestamp',
  },
  {
    name: 'a clock in the system prompt',
    difference: {
      matched: 60,
      earlier: tokens(5000),
      earlierPrompt: 4000,
      prompt: [...tokens(60), ...tokens(4000, 9000)],
      was: '10:41:07 UTC\nWorking directory',
      is: '10:42:55 UTC\nWorking directory',
    },
    cause: 'timestamp',
  },
  {
    name: 'Llama 3 templates write the day',
    difference: {
      matched: 21,
      earlier: tokens(500),
      earlierPrompt: 400,
      prompt: [...tokens(21), ...tokens(400, 9000)],
      was: 'Nov 2026\n\n<|eot_id|>',
      is: 'Dec 2026\n\n<|eot_id|>',
    },
    cause: 'timestamp',
  },
  {
    name: 'tools of an unordered map',
    difference: {
      matched: 90,
      earlier: tokens(5000),
      earlierPrompt: 4000,
      prompt: [...tokens(90), ...tokens(4000, 9000)],
      was: '{"name": "read',
      is: '{"name": "write',
      toolsWere: ['read', 'write', 'run'],
      toolsAre: ['write', 'read', 'run'],
    },
    cause: 'toolOrder',
  },
  {
    name: 'a tool server that came up late',
    difference: {
      matched: 90,
      earlier: tokens(5000),
      earlierPrompt: 4000,
      prompt: [...tokens(90), ...tokens(4000, 9000)],
      toolsWere: ['read'],
      toolsAre: ['read', 'search'],
    },
    cause: 'tools',
  },
  {
    name: 'the oldest turns were left out',
    difference: {
      matched: 200,
      earlier: [...tokens(200), ...tokens(800, 5000), ...tokens(1000, 9000)],
      earlierPrompt: 1900,
      prompt: [...tokens(200), ...tokens(1000, 9000)],
    },
    cause: 'trimmedHistory',
  },
  {
    name: 'more conversations than there is room for',
    difference: { matched: 900, reused: 0, earlier: tokens(900), earlierPrompt: 800, prompt: tokens(1000) },
    cause: 'evicted',
  },
  {
    name: 'a conversation of a recurrent model that goes back',
    difference: {
      matched: 700,
      reused: 0,
      earlier: tokens(900),
      earlierPrompt: 800,
      prompt: [...tokens(700), ...tokens(100, 9000)],
      cuttable: false,
    },
    cause: 'uncuttable',
  },
  {
    name: 'a question asked in other words',
    difference: {
      matched: 300,
      reused: 300,
      earlier: tokens(900),
      earlierPrompt: 800,
      prompt: [...tokens(300), ...tokens(100, 9000)],
      was: 'Explain',
      is: 'Tell me',
    },
    cause: 'unknown',
  },
]

test.each(cases)('$name: $cause', ({ difference, cause }) => {
  expect(likelyCause({ ...same, ...difference })).toBe(cause)
})

test('tools are found by their names', () => {
  const text =
    '{"type": "function", "function": {"name": "read_file", "parameters": {}}}\n{"type":"function","function":{"description":"x","name":"run"}}'
  expect(toolNames(text)).toEqual(['read_file', 'run'])
  expect(toolNames('My name is "function".')).toEqual([])
})
