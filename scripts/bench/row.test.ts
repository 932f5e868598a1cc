import { expect, test } from 'vitest'
import { formatRows, type Row, verdict } from './row.ts'

const row: Row = { benchmark: 'start', what: 'to listening', value: 312.4, unit: 'ms' }

test.each([
  { value: 1.5, target: { atMost: 1.5 }, expected: 'met' },
  { value: 1.6, target: { atMost: 1.5 }, expected: 'missed' },
  { value: 0.95, target: { atLeast: 0.95 }, expected: 'met' },
  { value: 0.94, target: { atLeast: 0.95 }, expected: 'missed' },
  { value: Number.NaN, target: { atMost: 1.5 }, expected: 'missed' },
  { value: Number.NaN, target: { atLeast: 1.5 }, expected: 'missed' },
])('$value against $target is $expected', ({ value, target, expected }) => {
  expect(verdict({ ...row, value, target })).toBe(expected)
})

test('a figure without a target has no verdict', () => {
  expect(verdict(row)).toBe('none')
})

test('figures are shown with three digits, targets with their direction', () => {
  const text = formatRows([row, { ...row, value: 0.00123, target: { atMost: 400 } }])
  expect(text).toContain('312 ms')
  expect(text).toContain('0.00123 ms')
  expect(text).toContain('≤ 400')
})
