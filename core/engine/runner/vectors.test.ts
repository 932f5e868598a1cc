import { expect, test } from 'vitest'
import { normalised, score } from './vectors.ts'

test('a vector gets the length 1, and one without length stays as it is', () => {
  expect([...normalised(Float32Array.of(3, 4))].map(each => each.toFixed(4))).toEqual(['0.6000', '0.8000'])
  expect([...normalised(Float32Array.of(0, 0))]).toEqual([0, 0])
})

test.each([
  [0, 0.5],
  [100, 1],
  [-100, 0],
])('the score of %d is %d', (logit, expected) => {
  expect(score(logit)).toBeCloseTo(expected)
})
