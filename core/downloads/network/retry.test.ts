import { describe, expect, it } from 'vitest'
import { retryAfterOf, retryDelay } from './retry.ts'

describe('the wait before the next try', () => {
  it.each([
    [1, undefined, 0, 500],
    [1, undefined, 1, 1000],
    [2, undefined, 1, 2000],
    [5, undefined, 0, 8000],
    [9, undefined, 1, 60_000],
    [10, undefined, 0, undefined],
    [1, 7, 1, 7000],
    [6, 7, 1, 32_000],
    [1, 0, 1, 1000],
    [1, 900, 0, 900_000],
    [1, 901, 0, undefined],
    [10, 1, 0, undefined],
  ])('after %i faults, asked for %s s, is %s ms', (failures, retryAfter, random, delay) => {
    expect(retryDelay(failures, retryAfter, random)).toBe(delay)
  })

  it('ends within ten minutes when nothing ever arrives', () => {
    let sum = 0
    for (let failures = 1; ; failures++) {
      const delay = retryDelay(failures, undefined, 1)
      if (delay === undefined) break
      sum += delay
    }
    expect(sum).toBeGreaterThan(60_000)
    expect(sum).toBeLessThan(600_000)
  })
})

it.each([
  [{}, undefined],
  [{ 'retry-after': '12' }, 12],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:01:30 GMT' }, 30],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '-4' }, undefined],
  [{ ratelimit: '"api";r=0;t=55' }, 55],
  [{ ratelimit: '"api";r=9;t=55' }, undefined],
])('%j asks for %s seconds', (headers, seconds) => expect(retryAfterOf(headers, 60_000)).toBe(seconds))
