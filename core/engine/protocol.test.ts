import { expect, test } from 'vitest'
import { isRunnerMessage } from './protocol.ts'

const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 2, reasoningTokens: 0 }
const timings = { queued: 0.1, prefill: 2, decode: 3 }
const facts = {
  contextLength: 1,
  slots: 1,
  trainedContextLength: 1,
  parameters: 1,
  supportsInfill: false,
  memoryBytes: 1,
}

test.each<[unknown]>([
  [{ t: 'text', parts: [] }],
  [
    {
      t: 'text',
      parts: [
        [1, 'a', 1],
        [2, '', 0],
      ],
    },
  ],
  [{ t: 'progress', fraction: 0.5 }],
  [{ t: 'loaded', facts }],
  [{ t: 'failed', code: 'invalid_model', message: 'why' }],
  [{ t: 'beat', step: null, lastStep: 0 }],
  [{ t: 'rendering', id: 3 }],
  [{ t: 'start', id: 3, promptTokens: 9 }],
  [{ t: 'end', id: 3, reason: 'stop', stopSequence: '\n', usage, timings }],
  [{ t: 'end', id: 3, reason: 'length', usage, timings }],
  [{ t: 'result', id: 3, value: 'text' }],
  [{ t: 'result', id: 3, value: [1, 2] }],
  [{ t: 'error', id: 3, code: 'invalid_value', message: 'why', param: 'prompt' }],
])('%j is a message of a runner', message => {
  expect(isRunnerMessage(message)).toBe(true)
})

test.each<[unknown]>([
  [undefined],
  [null],
  [[]],
  ['text'],
  [{}],
  [{ t: 'constructor' }],
  [{ t: '__proto__' }],
  [{ t: 'generate', id: 1 }],
  [{ t: 'text' }],
  [{ t: 'text', parts: [[1, 2, 3]] }],
  [{ t: 'text', parts: [['1', 'a', 1]] }],
  [{ t: 'text', parts: [[1, 'a', -1]] }],
  [{ t: 'loaded', facts: { ...facts, slots: 'many' } }],
  [{ t: 'beat', step: 'x', lastStep: 0 }],
  [{ t: 'start', id: 1.5, promptTokens: 1 }],
  [{ t: 'end', id: 3, reason: 'bored', usage, timings }],
  [{ t: 'end', id: 3, reason: 'stop', usage: { ...usage, promptTokens: -1 }, timings }],
  [{ t: 'result', id: 3, value: [1, 'x'] }],
  [{ t: 'error', id: 3, code: 4, message: 'why' }],
])('%j is none', message => {
  expect(isRunnerMessage(message)).toBe(false)
})
