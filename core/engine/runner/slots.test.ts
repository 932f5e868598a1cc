import { expect, test } from 'vitest'
import { chooseSlot, commonPrefix, type IdleSlot } from './slots.ts'

const tokens = (length: number, from = 0) => Array.from({ length }, (_, index) => from + index)
const slot = (index: number, held: number[], lastUse = 0): IdleSlot => ({
  slot: index,
  tokens: held,
  lastUse,
})

test.each<{
  name: string
  idle: IdleSlot[]
  prompt: number[]
  chosen: { slot: number; keep: number } | undefined
}>([
  { name: 'none is idle', idle: [], prompt: tokens(5), chosen: undefined },
  {
    name: 'all are empty: the one unused for longest',
    idle: [slot(0, [], 2), slot(1, [], 1)],
    prompt: tokens(5),
    chosen: { slot: 1, keep: 0 },
  },
  {
    name: 'the conversation’s own slot',
    idle: [slot(0, tokens(90, 1000)), slot(1, tokens(100)), slot(2, [])],
    prompt: tokens(120),
    chosen: { slot: 1, keep: 100 },
  },
  {
    name: 'its own slot, whose last answer was cut',
    idle: [slot(0, []), slot(1, [...tokens(100), 7, 7, 7])],
    prompt: [...tokens(100), 8, 8],
    chosen: { slot: 1, keep: 100 },
  },
  {
    name: 'a short common beginning does not cost a long conversation',
    idle: [slot(0, tokens(1000)), slot(1, [])],
    prompt: [...tokens(100), 7777],
    chosen: { slot: 1, keep: 0 },
  },
  {
    name: 'no empty slot: the least is lost',
    idle: [slot(0, tokens(1000, 50_000)), slot(1, tokens(10, 60_000))],
    prompt: tokens(100),
    chosen: { slot: 1, keep: 0 },
  },
])('$name', ({ idle, prompt, chosen }) => {
  expect(chooseSlot(idle, prompt)).toEqual(chosen)
})

test.each([
  { a: [], b: [1], same: 0 },
  { a: [1, 2, 3], b: [1, 2, 3], same: 3 },
  { a: [1, 2, 3], b: [1, 2], same: 2 },
  { a: [1, 2, 3], b: [1, 9, 3], same: 1 },
])('$a and $b have $same in common', ({ a, b, same }) => {
  expect(commonPrefix(a, b)).toBe(same)
})
