import { expect, test } from 'vitest'
import { chooseCopy, worthWaiting } from './choose.ts'

const tokens = (length: number, from = 0) => Array.from({ length }, (_, index) => from + index)
const system = tokens(500)

test.each([
  { name: 'nothing there', candidates: [], prompt: system, kept: 0, chosen: undefined },
  {
    name: 'a shared system prompt',
    candidates: [{ from: 'a', tokens: [...system, ...tokens(400, 9000)], cuttable: true }],
    prompt: [...system, 7, 7],
    kept: 0,
    chosen: { from: 'a', keep: 500 },
  },
  {
    name: 'the longest of several',
    candidates: [
      { from: 'a', tokens: tokens(300), cuttable: true },
      { from: 'b', tokens: tokens(450), cuttable: true },
    ],
    prompt: system,
    kept: 0,
    chosen: { from: 'b', keep: 450 },
  },
  {
    name: 'little more than is kept anyway',
    candidates: [{ from: 'a', tokens: tokens(300), cuttable: true }],
    prompt: system,
    kept: 280,
    chosen: undefined,
  },
  {
    name: 'a little of a very long one',
    candidates: [{ from: 'a', tokens: [...tokens(100), ...tokens(9000, 70_000)], cuttable: true }],
    prompt: system,
    kept: 0,
    chosen: undefined,
  },
  {
    name: 'a part of one that can only be used whole',
    candidates: [{ from: 'a', tokens: [...tokens(300), 7], cuttable: false }],
    prompt: system,
    kept: 0,
    chosen: undefined,
  },
  {
    name: 'the whole of one that can only be used whole',
    candidates: [{ from: 'a', tokens: tokens(300), cuttable: false }],
    prompt: system,
    kept: 0,
    chosen: { from: 'a', keep: 300 },
  },
])('$name', ({ candidates, prompt, kept, chosen }) => {
  expect(chooseCopy(candidates, prompt, kept)).toEqual(chosen)
})

test.each([
  { name: 'the same prompt under way', computed: 100, prompt: system, available: 0, waits: true },
  {
    name: 'the same prompt, done but for its last token',
    computed: 499,
    prompt: system,
    available: 0,
    waits: false,
  },
  { name: 'the shared part is done', computed: 300, prompt: [...tokens(300), 7], available: 0, waits: false },
  { name: 'as much is there already', computed: 100, prompt: system, available: 450, waits: false },
  { name: 'another prompt', computed: 10, prompt: tokens(500, 9000), available: 0, waits: false },
])('waiting: $name', ({ computed, prompt, available, waits }) => {
  expect(worthWaiting([{ prompt: system, computed }], prompt, available)).toBe(waits)
})
