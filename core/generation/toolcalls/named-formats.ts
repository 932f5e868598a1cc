import { literal } from '../grammar/rules.ts'
import { formats } from './format.ts'
import { around, namedCall } from './named-calls.ts'

const deepseekEach = { open: '<｜tool▁call▁begin｜>', close: '<｜tool▁call▁end｜>' }

/** A name, a mark, and the arguments as JSON. */
export const namedFormats = formats({
  functionary: {
    open: ['<function='],
    close: '</function>',
    calls: 'one',
    style: namedCall({ ends: ['>'], ...around(name => `${name}>`) }),
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
})
