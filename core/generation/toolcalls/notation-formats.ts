import { formats, linesInside } from './format.ts'
import { markedCall } from './marked-calls.ts'
import { pythonCall } from './python-calls.ts'

/** Python and Gemma's own way of writing values. */
export const notationFormats = formats({
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
    inside: linesInside,
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
