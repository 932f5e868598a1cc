import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeTensor, fromF16, toBf16, toF16 } from './quantize.ts'

test.each([
  [0, 0],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65_504, 0x7bff],
  [65_520, 0x7c00],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [1.5 * 2 ** -25, 0x0001],
  [2 ** -14, 0x0400],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [Number.POSITIVE_INFINITY, 0x7c00],
])('%f in half precision', (value, bits) => expect(toF16(value)).toBe(bits))

test('half precision: every pattern comes back from its value', () => {
  for (let bits = 0; bits < 0x7c01; bits++) expect(toF16(fromF16(bits))).toBe(bits)
  expect(toF16(Number.NaN) & 0x3ff).not.toBe(0)
})

test.each([
  [1, 0x3f80],
  [-3, 0xc040],
  [1 + 2 ** -8, 0x3f80],
  [1 + 3 * 2 ** -8, 0x3f82],
])('%f in bfloat16', (value, bits) => expect(toBf16(value)).toBe(bits))

test('Q8_0 keeps every value within half a step of its block', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: 64, maxLength: 64, min: -1000, max: 1000, noNaN: true }),
      values => {
        const encoded = Buffer.from(encodeTensor(values, 'Q8_0'))
        for (const [index, value] of values.entries()) {
          const block = Math.floor(index / 32)
          const scale = fromF16(encoded.readUInt16LE(block * 34))
          const largest = Math.max(...values.subarray(block * 32, block * 32 + 32).map(Math.abs))
          const back = encoded.readInt8(block * 34 + 2 + (index % 32)) * scale
          // Half a step, and what the scale itself loses in half precision.
          expect(Math.abs(back - value)).toBeLessThanOrEqual(largest / 254 + largest / 1000 + 1e-5)
        }
      },
    ),
    { numRuns: 50 },
  )
})
