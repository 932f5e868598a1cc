import { expect, it } from 'vitest'
import { speedOf } from './speeds.ts'

const request = {
  outcome: 'finished',
  completionTokens: 101,
  milliseconds: 2500,
  firstTokenMilliseconds: 500,
} as const

it.each([
  [{}, 50],
  [{ outcome: 'cancelled' as const }, 50],
  [{ outcome: 'failed' as const }, undefined],
  [{ completionTokens: 5 }, undefined],
  [{ firstTokenMilliseconds: null }, undefined],
  [{ milliseconds: 500 }, undefined],
])('a request with %o tells %s tokens a second', (more, speed) => {
  expect(speedOf({ ...request, ...more })).toBe(speed)
})
