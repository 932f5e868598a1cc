import { expect, test } from 'vitest'
import { expected, guesses, Trust } from './speculation.ts'

const costs = (table: Record<number, number>) => ({ cost: (width: number) => table[width] })

test.each([
  { name: 'nothing known', table: {}, chance: 0.9, count: 0 },
  { name: 'a first look at the shortest', table: { 1: 7 }, chance: 0.9, count: 3 },
  { name: 'no look while guesses seldom hold', table: { 1: 7 }, chance: 0.5, count: 0 },
  {
    name: 'a draft that costs little',
    table: { 1: 40, 4: 46, 8: 50, 16: 60 },
    chance: 0.8,
    each: 4,
    count: 7,
  },
  { name: 'a draft that costs too much', table: { 1: 40, 4: 46, 8: 50 }, chance: 0.8, each: 36, count: 0 },
  { name: 'one core, where width is dear', table: { 1: 7, 4: 47 }, chance: 0.95, count: 0 },
  { name: 'a second look where the first showed promise', table: { 1: 10, 4: 11 }, chance: 0.9, count: 7 },
  { name: 'no second look where it did not', table: { 1: 10, 4: 38 }, chance: 0.9, count: 0 },
  { name: 'a GPU and a text that repeats', table: { 1: 10, 4: 11, 8: 12, 16: 14 }, chance: 0.9, count: 15 },
  {
    name: 'a GPU and a text that seldom does',
    table: { 1: 10, 4: 11, 8: 12, 16: 14 },
    chance: 0.3,
    count: 3,
  },
  {
    name: 'a GPU and a text that never does',
    table: { 1: 10, 4: 11, 8: 12, 16: 14 },
    chance: 0.05,
    count: 0,
  },
])('$name', ({ table, chance, each = 0, count }) => {
  expect(guesses(costs(table), chance, each)).toBe(count)
})

test('a step brings its own token and the guesses that hold', () => {
  expect(expected(3, 0)).toBe(1)
  expect(expected(3, 0.5)).toBe(1.875)
})

test('trust follows what held, and forgets', () => {
  const trust = new Trust(0.5)
  expect(trust.chance).toBe(0.5)
  for (let step = 0; step < 20; step++) trust.learn(3, 3)
  expect(trust.chance).toBeGreaterThan(0.95)
  for (let step = 0; step < 20; step++) trust.learn(3, 0)
  expect(trust.chance).toBeLessThan(0.3)
})
