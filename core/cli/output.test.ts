import { expect, test } from 'vitest'
import { readableBytes, readableSeconds, table } from './output.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_043_936, '1.0 MB'],
  [123_456_789, '123 MB'],
  [4_700_000_000, '4.7 GB'],
  [2.5e15, '2500 TB'],
])('%d bytes', (bytes, text) => expect(readableBytes(bytes)).toBe(text))

test.each([
  [0.4, '0 s'],
  [59, '59 s'],
  [61, '1 min 1 s'],
  [3600 * 3 + 60 * 12, '3 h 12 min'],
  [86_400 * 3 + 3600, '3 d 1 h'],
])('%d seconds', (seconds, text) => expect(readableSeconds(seconds)).toBe(text))

test('columns line up, and no line ends in blanks', () => {
  expect(
    table([
      ['A', 'B'],
      ['long', ''],
      ['x', 'y'],
    ]),
  ).toBe('A     B\nlong\nx     y')
})
