import { literal } from '../grammar/rules.ts'
import type { ToolFormat } from './format.ts'
import { jsonCall, keyedCall } from './json-calls.ts'
import { markedCall } from './marked-calls.ts'
import { around, namedCall } from './named-calls.ts'
import { pythonCall } from './python-calls.ts'
import { firstOf } from './style.ts'
import { taggedCall } from './tagged-calls.ts'

const usual = jsonCall({ name: 'name', arguments: 'arguments' })
const lines = { before: '\n', after: '\n' }
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

const coderTags = {
  nameOpen: '<function=',
  nameClose: '>',
  keyOpen: '<parameter=',
  keyCloses: [{ text: '>' }],
  valueClose: '</parameter>',
  callClose: '</function>',
  between: '\n',
}

const coder = taggedCall({ ...coderTags, ownLines: true })

const invoke = taggedCall({
  nameOpen: '<invoke name="',
  nameClose: '">',
  keyOpen: '<parameter name="',
  keyCloses: [{ text: '">' }],
  valueClose: '</parameter>',
  callClose: '</invoke>',
  between: '\n',
})

/** MiniCPM's calls have no mark beside their own tag, whose beginning is read before. */
const bareFunction = taggedCall({
  nameOpen: '',
  nameClose: '">',
  keyOpen: '<param name="',
  keyCloses: [{ text: '">' }],
  valueClose: '</param>',
  callClose: '</function>',
  between: '',
})

/** GLM's keys and values in turn; `suffix` is what Hunyuan adds to each tag. */
function keysAndValues(suffix: string, separator: string): ToolFormat['style'] {
  return taggedCall({
    nameOpen: '',
    nameClose: separator,
    keyOpen: `<arg_key${suffix}>`,
    keyCloses: [{ text: `</arg_key${suffix}>` }],
    valueOpen: `<arg_value${suffix}>`,
    valueClose: `</arg_value${suffix}>`,
    callClose: '',
    between: '\n',
  })
}

const dsml = taggedCall({
  nameOpen: '<｜DSML｜invoke name="',
  nameClose: '">',
  keyOpen: '<｜DSML｜parameter name="',
  keyCloses: [
    { text: '" string="true">', value: 'text' },
    { text: '" string="false">', value: 'json' },
  ],
  valueClose: '</｜DSML｜parameter>',
  callClose: '</｜DSML｜invoke>',
  between: '\n',
})

const deepseekEach = { open: '<｜tool▁call▁begin｜>', close: '<｜tool▁call▁end｜>' }

function formats<Id extends string>(table: Record<Id, Omit<ToolFormat, 'id'>>): Record<Id, ToolFormat> {
  const entries = Object.entries<Omit<ToolFormat, 'id'>>(table)
  return Object.fromEntries(entries.map(([id, format]) => [id, { id, ...format }])) as Record<Id, ToolFormat>
}

const all = formats({
  hermes: {
    open: ['<tool_call>'],
    close: '</tool_call>',
    calls: 'one',
    style: usual,
    inside: lines,
    between: '\n',
    parallel: true,
  },
  'qwen3-coder': {
    open: ['<tool_call>'],
    close: '</tool_call>',
    calls: 'one',
    style: coder,
    inside: lines,
    between: '\n',
    parallel: true,
  },
  'seed-oss': {
    open: ['<seed:tool_call>'],
    close: '</seed:tool_call>',
    calls: 'one',
    style: taggedCall(coderTags),
    inside: lines,
    between: '\n',
    parallel: true,
  },
  'minimax-m2': {
    open: ['<minimax:tool_call>'],
    close: '</minimax:tool_call>',
    calls: 'many',
    style: invoke,
    inside: lines,
    between: '\n',
    parallel: true,
  },
  'minimax-m1': {
    open: ['<tool_calls>'],
    close: '</tool_calls>',
    calls: 'many',
    style: usual,
    inside: lines,
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
  minicpm: {
    marks: ['<function', '<param', '</param>', '</function>'],
    open: ['<function name="'],
    calls: 'one',
    style: bareFunction,
    between: '\n',
    parallel: true,
  },
  'glm-4.5': {
    marks: ['<arg_key>', '</arg_key>', '<arg_value>', '</arg_value>'],
    open: ['<tool_call>'],
    close: '</tool_call>',
    calls: 'one',
    style: keysAndValues('', ''),
    between: '\n',
    parallel: true,
  },
  hunyuan: {
    marks: ['<tool_sep:opensource>'],
    open: ['<tool_calls:opensource>'],
    close: '</tool_calls:opensource>',
    calls: 'many',
    each: { open: '<tool_call:opensource>', close: '</tool_call:opensource>' },
    style: keysAndValues(':opensource', '<tool_sep:opensource>'),
    inside: lines,
    between: '\n',
    parallel: true,
  },
  'llama-3': {
    open: ['<|python_tag|>'],
    bare: true,
    calls: 'many',
    style: firstOf(jsonCall(llamaKeys, true), pythonCall),
    between: '; ',
    parallel: false,
    triggers: [...bareTriggers, '<|python_tag|>'],
  },
  functionary: {
    open: ['<function='],
    close: '</function>',
    calls: 'one',
    style: namedCall({ ends: ['>'], ...around(name => `${name}>`) }),
    parallel: true,
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
  mistral: {
    marks: ['[ARGS]', '[CALL_ID]'],
    open: ['[TOOL_CALLS]'],
    calls: 'one',
    style: namedCall({
      ends: ['[ARGS]'],
      id: { from: '[CALL_ID]', to: '[ARGS]' },
      ...around(name => `${name}[ARGS]`),
    }),
    parallel: true,
  },
  'mistral-id': {
    marks: ['[ARGS]', '[CALL_ID]'],
    open: ['[TOOL_CALLS]'],
    calls: 'one',
    style: namedCall({
      ends: ['[ARGS]'],
      id: { from: '[CALL_ID]', to: '[ARGS]' },
      expression: name => ({ before: `${literal(`${name}[CALL_ID]`)} [a-zA-Z0-9]{9} "[ARGS]"` }),
    }),
    parallel: true,
  },
  'deepseek-r1': {
    marks: ['<｜tool▁sep｜>'],
    open: [
      '<｜tool▁calls▁begin｜>',
      '<｜tool_calls_begin｜>',
      '<｜tool calls begin｜>',
      '<｜tool\\_calls\\_begin｜>',
    ],
    close: '<｜tool▁calls▁end｜>',
    calls: 'many',
    each: deepseekEach,
    style: namedCall({
      before: ['function<｜tool▁sep｜>'],
      ends: ['<｜tool▁sep｜>', '\n'],
      fenced: true,
      ...around(name => `function<｜tool▁sep｜>${name}\n\`\`\`json\n`, '\n```'),
    }),
    between: '\n',
    parallel: true,
  },
  'deepseek-v3.1': {
    marks: ['<｜tool▁sep｜>'],
    open: ['<｜tool▁calls▁begin｜>'],
    close: '<｜tool▁calls▁end｜>',
    calls: 'many',
    each: deepseekEach,
    style: namedCall({
      before: ['function<｜tool▁sep｜>'],
      ends: ['<｜tool▁sep｜>', '\n'],
      fenced: true,
      ...around(name => `${name}<｜tool▁sep｜>`),
    }),
    parallel: true,
  },
  'deepseek-v3.2': {
    marks: ['｜DSML｜'],
    open: ['<｜DSML｜function_calls>'],
    close: '</｜DSML｜function_calls>',
    calls: 'many',
    style: dsml,
    inside: lines,
    between: '\n',
    parallel: true,
  },
  'deepseek-v4': {
    marks: ['｜DSML｜'],
    open: ['<｜DSML｜tool_calls>'],
    close: '</｜DSML｜tool_calls>',
    calls: 'many',
    style: dsml,
    inside: lines,
    between: '\n',
    parallel: true,
  },
  'kimi-k2': {
    marks: ['<|tool_call_argument_begin|>'],
    open: ['<|tool_calls_section_begin|>'],
    close: '<|tool_calls_section_end|>',
    calls: 'many',
    each: { open: '<|tool_call_begin|>', close: '<|tool_call_end|>' },
    style: namedCall({
      ends: ['<|tool_call_argument_begin|>'],
      clean: name => name.replace(/^functions\./, '').replace(/:\d+$/, ''),
      expression: name => ({
        before: `${literal(`functions.${name}:`)} [0-9]{1,3} "<|tool_call_argument_begin|>"`,
      }),
    }),
    parallel: true,
  },
  'solar-open': {
    marks: ['<|tool_call:name|>', '<|tool_call:args|>'],
    open: ['<|tool_calls|>'],
    calls: 'many',
    each: { open: '<|tool_call:begin|>', close: '<|tool_call:end|>' },
    style: namedCall({
      idBefore: '<|tool_call:name|>',
      ends: ['<|tool_call:args|>'],
      expression: name => ({
        before: `[a-zA-Z0-9]{10} ${literal(`<|tool_call:name|>${name}<|tool_call:args|>`)}`,
      }),
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
  gemma: {
    open: ['```tool_code\n'],
    close: '```',
    calls: 'many',
    style: pythonCall,
    inside: { before: '', after: '\n' },
    between: '\n',
    parallel: true,
  },
  'function-gemma': {
    marks: ['<escape>'],
    open: ['<start_function_call>'],
    close: '<end_function_call>',
    calls: 'one',
    style: markedCall('<escape>'),
    parallel: true,
  },
  'gemma-4': {
    marks: ['<|"|>'],
    open: ['<|tool_call>'],
    close: '<tool_call|>',
    calls: 'one',
    style: markedCall('<|"|>'),
    parallel: true,
  },
  lfm2: {
    open: ['<|tool_call_start|>'],
    close: '<|tool_call_end|>',
    calls: 'list',
    style: pythonCall,
    between: ', ',
    parallel: true,
  },
  olmo: {
    open: ['<function_calls>'],
    close: '</function_calls>',
    calls: 'many',
    style: pythonCall,
    inside: lines,
    between: '\n',
    parallel: true,
  },
  pythonic: {
    open: ['<|python_tag|>'],
    bare: true,
    calls: 'list',
    style: pythonCall,
    between: ', ',
    parallel: true,
    triggers: ['['],
  },
})

/** Every format that is written between marks (Harmony and functionary's recipients are machines of their own). */
export const toolFormats: Readonly<Record<ToolFormatId, ToolFormat>> = all
export type ToolFormatId = keyof typeof all
