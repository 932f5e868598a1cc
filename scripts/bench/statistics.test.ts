import { expect, test } from 'vitest'
import { differences, interleave, median, quantile } from './statistics.ts'

test.each([
  { values: [3], q: 0.5, expected: 3 },
  { values: [3, 1, 2], q: 0.5, expected: 2 },
  { values: [4, 1, 3, 2], q: 0.5, expected: 2 },
  { values: Array.from({ length: 200 }, (_, index) => index + 1), q: 0.99, expected: 198 },
  { values: [1, 2], q: 0, expected: 1 },
  { values: [1, 2], q: 1, expected: 2 },
])('the $q quantile of $values.length values', ({ values, q, expected }) => {
  expect(quantile(values, q)).toBe(expected)
})

test('the median of an even number of values is between the middle ones', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 5])).toBe(5)
  expect(() => median([])).toThrow()
})

test('each round runs all of them and begins with another one', async () => {
  const order: string[] = []
  const run = (name: string) => async () => {
    order.push(name)
    return order.length
  }
  const [a, b] = await interleave(3, [run('a'), run('b')])
  expect(order.join('')).toBe('abbaab')
  expect(a).toEqual([1, 4, 5])
  expect(b).toEqual([2, 3, 6])
})

test('differences go pair by pair', () => {
  expect(differences([5, 7], [1, 10])).toEqual([4, -3])
})
