import { expect, test } from 'vitest'
import { Share } from './share.ts'

/** Milliseconds for each of the two over `cycles` chunks. */
function divide(chunk: number, step: number, cycles: number) {
  const share = new Share()
  let decoded = 0
  for (let cycle = 0; cycle < cycles; cycle++) {
    share.prefilled(chunk)
    while (share.owes) {
      share.decoded(step)
      decoded += step
    }
  }
  return decoded / (decoded + chunk * cycles)
}

test.each([
  { chunk: 100, step: 7 },
  { chunk: 100, step: 60 },
  { chunk: 40, step: 7 },
])('streams get their part of the time with chunks of $chunk ms and steps of $step ms', ({ chunk, step }) => {
  expect(divide(chunk, step, 100)).toBeGreaterThan(0.26)
  expect(divide(chunk, step, 100)).toBeLessThan(0.34)
})

test('nothing is owed by the past', () => {
  const share = new Share()
  for (let chunk = 0; chunk < 50; chunk++) share.prefilled(100)
  share.decoded(150)
  expect(share.owes).toBe(false)
})
