import { formats, linesInside } from './format.ts'
import { jsonCall, keyedCall } from './json-calls.ts'
import { pythonCall } from './python-calls.ts'
import { firstOf } from './style.ts'

const usual = jsonCall({ name: 'name', arguments: 'arguments' })
const shortId = `"\\"" [a-zA-Z0-9]{9} "\\""`
/** The beginnings of a call that is a bare JSON object. */
const bareTriggers = [
  '{"name"',
  '{ "name"',
  '{\n  "name"',
  '{\n    "name"',
  '{"type": "function"',
  '{"type":"function"',
]

const llamaKeys = {
  name: 'name',
  arguments: 'parameters',
  extra: { at: 'first', key: 'type', value: '"\\"function\\""', optional: true },
} as const

/** Calls as JSON objects. */
export const jsonFormats = formats({
  hermes: {
    open: ['<tool_call>'],
    close: '</tool_call>',
    calls: 'one',
    style: usual,
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
  'minimax-m1': {
    open: ['<tool_calls>'],
    close: '</tool_calls>',
    calls: 'many',
    style: usual,
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
  apriel: {
    open: ['<tool_calls>'],
    close: '</tool_calls>',
    calls: 'list',
    style: jsonCall({
      name: 'name',
      arguments: 'arguments',
      extra: { at: 'last', key: 'id', value: shortId, optional: true },
    }),
    parallel: true,
  },
  apertus: {
    open: ['<|tools_prefix|>'],
    close: '<|tools_suffix|>',
    calls: 'list',
    style: keyedCall,
    parallel: true,
  },
  nemotron: { open: ['<TOOLCALL>'], close: '</TOOLCALL>', calls: 'list', style: usual, parallel: true },
  'llama-3': {
    open: ['<|python_tag|>'],
    bare: true,
    calls: 'many',
    style: firstOf(jsonCall(llamaKeys, true), pythonCall),
    between: '; ',
    parallel: false,
    triggers: [...bareTriggers, '<|python_tag|>'],
  },
  'mistral-old': {
    open: ['[TOOL_CALLS]'],
    calls: 'list',
    style: jsonCall({
      name: 'name',
      arguments: 'arguments',
      extra: { at: 'last', key: 'id', value: shortId, optional: true },
    }),
    parallel: true,
  },
  'command-r': {
    open: ['<|START_ACTION|>'],
    close: '<|END_ACTION|>',
    calls: 'list',
    style: jsonCall({
      name: 'tool_name',
      arguments: 'parameters',
      extra: { at: 'first', key: 'tool_call_id', value: '"\\"" [0-9]{1,3} "\\""' },
    }),
    parallel: true,
  },
  'command-r-plus': {
    open: ['Action:'],
    close: '```',
    calls: 'list',
    style: jsonCall({ name: 'tool_name', arguments: 'parameters' }),
    inside: { before: ' ```json\n', after: '\n' },
    parallel: true,
  },
  'phi-4': { open: ['<|tool_call|>'], close: '<|/tool_call|>', calls: 'list', style: usual, parallel: true },
  granite: { open: ['<|tool_call|>', '<tool_call>'], calls: 'list', style: usual, parallel: true },
  functools: { open: ['functools'], calls: 'list', style: usual, parallel: true },
  gigachat: { open: ['<|function_call|>'], calls: 'one', style: usual, parallel: false },
  'gigachat-3.0': {
    marks: ['<|message_sep|>', '<|role_sep|>'],
    open: ['<|message_sep|>\n\nfunction call<|role_sep|>\n'],
    calls: 'one',
    style: usual,
    parallel: false,
  },
})
