import { expect, test } from 'vitest'
import { matrix, packRows } from './numbers.ts'

test('rows come back as they were', () => {
  const rows = [Float32Array.of(1, -0.5, 3e-9), Float32Array.of(0, 7, -2)]
  expect(matrix(packRows(rows), 2)).toEqual(rows)
  expect(matrix(packRows([]), 0)).toEqual([])
})

test('what is not that many equal rows is nothing', () => {
  expect(matrix(packRows([Float32Array.of(1, 2, 3)]), 2)).toEqual([])
})
