import { formats, linesInside } from './format.ts'
import type { CallStyle } from './style.ts'
import { taggedCall } from './tagged-calls.ts'

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
function keysAndValues(suffix: string, separator: string): CallStyle {
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

/** Calls as tags. */
export const taggedFormats = formats({
  'qwen3-coder': {
    open: ['<tool_call>'],
    close: '</tool_call>',
    calls: 'one',
    style: coder,
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
  'seed-oss': {
    open: ['<seed:tool_call>'],
    close: '</seed:tool_call>',
    calls: 'one',
    style: taggedCall(coderTags),
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
  'minimax-m2': {
    open: ['<minimax:tool_call>'],
    close: '</minimax:tool_call>',
    calls: 'many',
    style: invoke,
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
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
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
  'deepseek-v3.2': {
    marks: ['｜DSML｜'],
    open: ['<｜DSML｜function_calls>'],
    close: '</｜DSML｜function_calls>',
    calls: 'many',
    style: dsml,
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
  'deepseek-v4': {
    marks: ['｜DSML｜'],
    open: ['<｜DSML｜tool_calls>'],
    close: '</｜DSML｜tool_calls>',
    calls: 'many',
    style: dsml,
    inside: linesInside,
    between: '\n',
    parallel: true,
  },
})
