import { describe, expect, it, test } from 'vitest'
import { sampleAt } from '../monitoring.testing.ts'
import { merged, mergedUpTo, stepFor, tiers } from './thinning.ts'

describe('samples that are merged', () => {
  it('are averaged by the time they tell of', () => {
    const samples = [sampleAt(1000, { cpu: 1 }), sampleAt(10_000, { cpu: 0, seconds: 9 })]
    expect(merged(samples, 10_000)).toMatchObject([{ time: 10_000, seconds: 10, cpu: 0.1 }])
  })

  it('keep the most of what has a most, and the sum of what is counted', () => {
    const samples = [
      sampleAt(1000, { temperature: 60, written: 3 }),
      sampleAt(2000, { temperature: 80, written: 4 }),
      sampleAt(3000, { temperature: 70, written: null }),
    ]
    expect(merged(samples, 10_000)).toMatchObject([{ temperature: 80, written: 7 }])
  })

  it('do not know what none of them knew, and count what one knew for its time only', () => {
    const samples = [sampleAt(1000, { gpu: 0.5 }), sampleAt(2000)]
    expect(merged(samples, 10_000)).toMatchObject([{ gpu: 0.5, cpu: null, written: null }])
  })

  it('end with the step they are in; a gap stays a gap', () => {
    const times = [1, 10_000, 10_001, 40_000].map(time => sampleAt(time))
    expect(merged(times, 10_000).map(({ time, seconds }) => [time, seconds])).toEqual([
      [10_000, 2],
      [20_000, 1],
      [40_000, 1],
    ])
  })

  it('are the same merged at once or step by step', () => {
    const samples = Array.from({ length: 600 }, (_, place) =>
      sampleAt((place + 1) * 1000, { cpu: (place % 7) / 7, written: place, temperature: place % 90 }),
    )
    const [once] = merged(samples, 600_000)
    const [steps] = merged(merged(merged(samples, 10_000), 60_000), 600_000)
    expect(steps).toMatchObject({ written: once?.written, temperature: 89, seconds: 600 })
    expect(steps?.cpu).toBeCloseTo(once?.cpu ?? Number.NaN, 10)
  })
})

test('only whole steps of the next tier are merged', () => {
  const [seconds, tens] = tiers
  if (seconds === undefined || tens === undefined) return expect.fail('There are tiers.')
  const keep = 15 * 60_000
  for (const [now, expected] of [
    [keep + 9999, 0],
    [keep + 10_000, 10_000],
    [keep + 25_000, 20_000],
  ] as const) {
    expect(mergedUpTo(now, seconds, tens)).toBe(expected)
  }
})

test('each tier is kept for longer than the one before, in steps of which it takes a whole number', () => {
  for (const [place, tier] of tiers.entries()) {
    const next = tiers[place + 1]
    if (next === undefined) continue
    expect(next.keep).toBeGreaterThan(tier.keep)
    expect(next.step % tier.step).toBe(0)
  }
})

test.each([
  [300_000, 300, 1000],
  [3600_000, 300, 15_000],
  [86_400_000, 300, 300_000],
  [7 * 86_400_000, 300, 3600_000],
  [90 * 86_400_000, 2, 45 * 86_400_000],
])('%i ms in %i points go in steps of %i ms', (span, points, step) => {
  expect(stepFor(span, points)).toBe(step)
})
