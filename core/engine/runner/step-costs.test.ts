import { describe, expect, test } from 'vitest'
import { cheapest, StepCosts } from './step-costs.ts'

/** Milliseconds by width, measured with a 135M model in Q8_0 on one x86-64 core. */
const x86 = [0, 7, 30, 40, 47, 58, 60, 65, 54]
/** As on a GPU: the width hardly matters. */
const gpu = [0, 10, 10.2, 10.4, 10.6, 10.8, 11, 11.2, 11.4]
/** The whole weight is read once a step, and the rest is done at once. */
const even = [0, 10, 12, 14, 16, 30, 34, 38, 42]

test.each([
  { name: 'one core', costs: x86, widths: [1, 1, 1, 1, 1, 1, 1, 8] },
  { name: 'a GPU', costs: gpu, widths: [1, 2, 3, 4, 5, 6, 7, 8] },
  { name: 'up to four', costs: even, widths: [1, 2, 3, 4, 4, 4, 4, 4] },
  { name: 'nothing known', costs: [], widths: [1, 2, 3, 4, 5, 6, 7, 8] },
])('the cheapest width with $name', ({ costs, widths }) => {
  expect(widths.map((_, index) => cheapest(index + 1, width => costs[width]))).toEqual(widths)
})

describe('costs', () => {
  const run = (costs: StepCosts, ready: number, steps: number, table: readonly number[]) => {
    const taken: number[] = []
    for (let step = 0; step < steps; step++) {
      const width = costs.width(ready)
      taken.push(width)
      costs.learn(width, table[width] ?? 0)
    }
    return taken
  }

  test('are looked at twice for each width, then the best is used', () => {
    const taken = run(new StepCosts(), 4, 30, x86)
    expect(taken.slice(0, 8)).toEqual([4, 4, 3, 3, 2, 2, 1, 1])
    expect(new Set(taken.slice(8))).toEqual(new Set([1]))
  })

  test('are looked at again now and then, so that a change is noticed', () => {
    const costs = new StepCosts()
    run(costs, 4, 100, gpu)
    const later = run(costs, 4, 4_000, x86)
    expect(later.slice(-100).every(width => width === 1)).toBe(true)
    expect(later.filter(width => width > 1).length).toBeLessThan(400)
  })

  test('are not mistaken for slow because of a neighbour', () => {
    const costs = new StepCosts()
    run(costs, 1, 5, x86)
    for (const time of [7, 90, 7, 120, 7, 80]) costs.learn(1, time)
    expect(costs.cost(1)).toBe(7)
  })

  test('with a single sequence nothing is tried', () => {
    expect(run(new StepCosts(), 1, 20, x86).every(width => width === 1)).toBe(true)
  })
})
