import { expect, test } from 'vitest'
import { decodeParts, nextPrompt, type Wish } from './step.ts'

const decode = (slot: number, lastStep = 0, tokens = 1): Wish => ({ slot, phase: 'decode', tokens, lastStep })
const prefill = (slot: number, tokens: number, lastStep = 0): Wish => ({
  slot,
  phase: 'prefill',
  tokens,
  lastStep,
})

test.each<{ name: string; decoding: Wish[]; width: number; batch?: number; slots: number[] }>([
  { name: 'nobody', decoding: [], width: 4, slots: [] },
  { name: 'all, sorted by slot', decoding: [decode(2), decode(0), decode(1)], width: 3, slots: [0, 1, 2] },
  {
    name: 'those whose turn is longest ago',
    decoding: [decode(0, 7), decode(1, 5), decode(2, 6)],
    width: 2,
    slots: [1, 2],
  },
  { name: 'no more than the batch holds', decoding: [decode(0), decode(1)], width: 2, batch: 1, slots: [0] },
  {
    name: 'a token with its guesses, all or none',
    decoding: [decode(0, 1, 8), decode(1, 2, 4)],
    width: 2,
    batch: 6,
    slots: [1],
  },
])('of those that decode: $name', ({ decoding, width, batch = 512, slots }) => {
  const parts = decodeParts(decoding, width, batch)
  expect(parts.map(({ slot }) => slot)).toEqual(slots)
  for (const { slot, tokens } of parts) expect(tokens).toBe(decoding.find(wish => wish.slot === slot)?.tokens)
})

test.each<{ name: string; prompts: Wish[]; now?: number; slot: number | undefined }>([
  { name: 'none', prompts: [], slot: undefined },
  { name: 'the only one', prompts: [prefill(3, 900)], slot: 3 },
  { name: 'the shortest', prompts: [prefill(0, 900), prefill(1, 10, 9)], slot: 1 },
  { name: 'of equals the first, until it is done', prompts: [prefill(0, 50, 9), prefill(1, 50)], slot: 0 },
  {
    name: 'one that others have kept waiting',
    prompts: [prefill(0, 900, 1), prefill(1, 10, 99)],
    now: 100,
    slot: 0,
  },
])('of the prompts: $name', ({ prompts, now = 10, slot }) => {
  expect(nextPrompt(prompts, now)?.slot).toBe(slot)
})
