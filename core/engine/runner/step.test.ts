import { expect, test } from 'vitest'
import { composeStep, type Wish } from './step.ts'

const decode = (slot: number, lastStep = 0, tokens = 1): Wish => ({ slot, phase: 'decode', tokens, lastStep })
const prefill = (slot: number, tokens: number, lastStep = 0): Wish => ({
  slot,
  phase: 'prefill',
  tokens,
  lastStep,
})

test.each<{
  name: string
  wishes: Wish[]
  batch: number
  chunk: number
  most?: number
  step: Record<number, number>
}>([
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
    name: 'the prompt whose turn is longest ago',
    wishes: [prefill(0, 900, 3), prefill(1, 900, 2)],
    batch: 512,
    chunk: 100,
    step: { 1: 100 },
  },
  {
    name: 'a prompt that is done with it goes first',
    wishes: [prefill(0, 900), prefill(1, 10, 9)],
    batch: 512,
    chunk: 100,
    step: { 1: 10 },
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
  {
    name: 'those whose turn is longest ago',
    wishes: [decode(0, 7), decode(1, 5), decode(2, 6)],
    batch: 512,
    chunk: 0,
    most: 2,
    step: { 1: 1, 2: 1 },
  },
  {
    name: 'a token with its guesses, all or none',
    wishes: [decode(0, 1, 8), decode(1, 2, 4)],
    batch: 6,
    chunk: 0,
    step: { 1: 4 },
  },
  {
    name: 'a prompt alone',
    wishes: [decode(0), prefill(1, 900)],
    batch: 512,
    chunk: 100,
    most: 0,
    step: { 1: 100 },
  },
])('$name', ({ wishes, batch, chunk, most = wishes.length, step }) => {
  const parts = composeStep(wishes, { batchSize: batch, decode: most, prefill: chunk })
  expect(Object.fromEntries(parts.map(part => [part.slot, part.tokens]))).toEqual(step)
  expect(parts.map(part => part.slot)).toEqual(parts.map(part => part.slot).sort((a, b) => a - b))
})
