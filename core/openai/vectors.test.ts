import { expect, it } from 'vitest'
import { base64, inputsOf } from './embeddings/routes.ts'
import { best } from './rerank/routes.ts'

it.each([
  ['a text', 'a', ['a']],
  ['texts', ['a', 'b'], ['a', 'b']],
  ['tokens', [1, 2], [[1, 2]]],
  ['lists of tokens', [[1], [2, 3]], [[1], [2, 3]]],
])('reads %s as inputs', (_name, input, inputs) => {
  expect(inputsOf(input)).toEqual(inputs)
})

it('writes the bytes of 32-bit floats, little-endian, also of a part of a buffer', () => {
  const vector = Float32Array.of(0, 1, -0.5).subarray(1)
  const bytes = Buffer.from(base64(vector), 'base64')
  expect(bytes).toHaveLength(8)
  expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([1, -0.5])
})

it.each([
  ['all', [0.1, 0.9, 0.5], 3, [1, 2, 0]],
  ['the best', [0.1, 0.9, 0.5], 1, [1]],
  ['equal ones in order', [0.5, 0.9, 0.5], 9, [1, 0, 2]],
  ['none of none', [], 2, []],
])('ranks %s', (_name, scores, most, places) => {
  expect(best(scores, most).map(({ index }) => index)).toEqual(places)
})
