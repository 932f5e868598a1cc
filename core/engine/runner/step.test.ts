import { expect, test } from 'vitest'
import { composeStep, type Wish } from './step.ts'

const decode = (slot: number): Wish => ({ slot, phase: 'decode', tokens: 1 })
const prefill = (slot: number, tokens: number): Wish => ({ slot, phase: 'prefill', tokens })

test.each<{ name: string; wishes: Wish[]; batch: number; chunk: number; step: Record<number, number> }>([
  { name: 'nothing to do', wishes: [], batch: 512, chunk: 100, step: {} },
  {
    name: 'all who decode',
    wishes: [decode(2), decode(0), decode(1)],
    batch: 512,
    chunk: 100,
    step: { 0: 1, 1: 1, 2: 1 },
  },
  { name: 'a prompt in chunks', wishes: [prefill(0, 900)], batch: 512, chunk: 100, step: { 0: 100 } },
  { name: 'no more than the batch holds', wishes: [prefill(0, 900)], batch: 64, chunk: 100, step: { 0: 64 } },
  {
    name: 'decoding first',
    wishes: [prefill(0, 900), decode(1)],
    batch: 10,
    chunk: 100,
    step: { 0: 9, 1: 1 },
  },
  {
    name: 'prompts share',
    wishes: [prefill(0, 900), prefill(1, 900)],
    batch: 512,
    chunk: 100,
    step: { 0: 50, 1: 50 },
  },
  {
    name: 'a short prompt leaves its rest',
    wishes: [prefill(0, 900), prefill(1, 10)],
    batch: 512,
    chunk: 100,
    step: { 0: 90, 1: 10 },
  },
  {
    name: 'a chunk of one',
    wishes: [prefill(0, 900), prefill(1, 900)],
    batch: 512,
    chunk: 1,
    step: { 0: 1 },
  },
  {
    name: 'a full batch',
    wishes: [decode(0), decode(1), prefill(2, 5)],
    batch: 2,
    chunk: 100,
    step: { 0: 1, 1: 1 },
  },
])('$name', ({ wishes, batch, chunk, step }) => {
  const parts = composeStep(wishes, batch, chunk)
  expect(Object.fromEntries(parts.map(part => [part.slot, part.tokens]))).toEqual(step)
  expect(parts.map(part => part.slot)).toEqual(parts.map(part => part.slot).sort((a, b) => a - b))
})
