import { describe, expect, test } from 'vitest'
import { Pace } from './pace.ts'

/** Prompt tokens of each step until it settles, on a machine that takes `perToken` ms a token. */
function settle(perToken: number, budget = 200, fixed = 0, widest = 512, rounds = 40): number[] {
  const pace = new Pace(widest, 16)
  return Array.from({ length: rounds }, () => {
    const chunk = pace.chunk(budget)
    pace.learn(chunk, 0, fixed + chunk * perToken)
    return chunk
  })
}

describe('prompt chunks', () => {
  test('begin small and at most double', () => {
    expect(settle(0.1).slice(0, 6)).toEqual([16, 32, 64, 128, 256, 512])
  })

  test.each([
    { perToken: 0.1, chunk: 512 },
    { perToken: 1, chunk: 200 },
    { perToken: 10, chunk: 20 },
    { perToken: 150, chunk: 1 },
    { perToken: 900, chunk: 1 },
  ])('of $perToken ms a token settle at $chunk', ({ perToken, chunk }) => {
    expect(settle(perToken).at(-1)).toBe(chunk)
  })

  test.each([
    { name: 'one core', fixed: 40, perToken: 3.7, budget: 130, least: 22, most: 26 },
    { name: 'the same, busy with other work', fixed: 160, perToken: 15, budget: 125, least: 8, most: 16 },
    { name: 'a GPU', fixed: 10, perToken: 0.2, budget: 90, least: 380, most: 420 },
  ])('take in what a step costs anyway: $name', ({ fixed, perToken, budget, least, most }) => {
    const chunk = settle(perToken, budget, fixed).at(-1)
    expect(chunk).toBeGreaterThanOrEqual(least)
    expect(chunk).toBeLessThanOrEqual(most)
  })

  test('are not made small by the few last tokens of a prompt', () => {
    const pace = new Pace(512, 16)
    for (let round = 0; round < 8; round++) pace.learn(pace.chunk(200), 0, pace.chunk(200))
    const before = pace.chunk(200)
    pace.learn(1, 0, 30)
    pace.learn(2, 3, 40)
    expect(pace.chunk(200)).toBeGreaterThan(before * 0.7)
    expect(pace.chunk(200)).toBeLessThan(before * 1.3)
  })

  test('follow a machine that becomes slower', () => {
    const pace = new Pace(512, 16)
    for (let round = 0; round < 8; round++) pace.learn(pace.chunk(200), 0, pace.chunk(200))
    for (let round = 0; round < 20; round++) pace.learn(pace.chunk(200), 0, pace.chunk(200) * 4)
    expect(pace.chunk(200)).toBeGreaterThan(35)
    expect(pace.chunk(200)).toBeLessThan(60)
  })

  test.each([
    { first: 0, chunk: 1 },
    { first: 20, chunk: 20 },
    { first: 5_000, chunk: 64 },
  ])('begin with $first as $chunk', ({ first, chunk }) => {
    expect(new Pace(512, first).chunk(200)).toBe(chunk)
  })

  test('learn nothing from steps without a prompt', () => {
    const pace = new Pace(512, 16)
    pace.learn(0, 4, 900)
    expect(pace.chunk(200)).toBe(16)
  })
})
