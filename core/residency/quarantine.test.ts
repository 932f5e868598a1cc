import { describe, expect, it } from 'vitest'
import { isTooMany, recentCrashes } from './quarantine.ts'

const limit = { count: 5, seconds: 60 }

describe('isTooMany', () => {
  it.each([
    ['none', [], 0, false],
    ['four at once', [0, 0, 0, 0], 0, false],
    ['five at once', [0, 0, 0, 0, 0], 0, true],
    ['the fifth just within a minute of the first', [0, 1, 2, 3, 59_999], 59_999, true],
    ['the fifth a minute after the first', [0, 1, 2, 3, 60_000], 60_000, false],
    ['five, but long ago', [0, 1, 2, 3, 4], 100_000, false],
    ['many old ones and five new', [0, 1, 2, 90_001, 90_002, 90_003, 90_004, 90_005], 90_005, true],
  ])('%s', (_name, times, now, expected) => {
    expect(isTooMany(times, now, limit)).toBe(expected)
  })
})

describe('recentCrashes', () => {
  it('forgets what no longer counts, so that the list stays short', () => {
    expect(recentCrashes([0, 1, 70_000], 70_000, limit)).toEqual([70_000])
  })
})
