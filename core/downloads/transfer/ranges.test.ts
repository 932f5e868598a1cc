import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  claim,
  gapsOf,
  parseRanges,
  pieceBytes,
  prefixOf,
  type Range,
  type Segment,
  totalOf,
  withRange,
} from './ranges.ts'

const MB = 1024 * 1024

describe('ranges', () => {
  it.each<[Range[], Range, Range[]]>([
    [[], [0, 5], [[0, 5]]],
    [[[0, 5]], [5, 9], [[0, 9]]],
    [
      [[0, 5]],
      [7, 9],
      [
        [0, 5],
        [7, 9],
      ],
    ],
    [
      [
        [0, 5],
        [7, 9],
      ],
      [5, 7],
      [[0, 9]],
    ],
    [
      [
        [3, 5],
        [7, 9],
      ],
      [0, 20],
      [[0, 20]],
    ],
    [[[3, 5]], [4, 4], [[3, 5]]],
    [[[3, 9]], [4, 6], [[3, 9]]],
  ])('%j with %j is %j', (ranges, [start, end], result) => {
    expect(withRange(ranges, start, end)).toEqual(result)
  })

  it('agree with a plain set of bytes', () => {
    const size = 40
    const pair = fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]): Range => [Math.min(a, b), Math.max(a, b)])
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 12 }), pairs => {
        const bytes = new Set<number>()
        let ranges: readonly Range[] = []
        for (const [start, end] of pairs) {
          ranges = withRange(ranges, start, end)
          for (let byte = start; byte < end; byte++) bytes.add(byte)
        }
        expect(totalOf(ranges)).toBe(bytes.size)
        expect(totalOf(gapsOf(ranges, size))).toBe(size - bytes.size)
        for (const [start, end] of gapsOf(ranges, size))
          for (let byte = start; byte < end; byte++) expect(bytes.has(byte)).toBe(false)
        let prefix = 0
        while (bytes.has(prefix)) prefix++
        expect(prefixOf(ranges)).toBe(prefix)
        expect(parseRanges(JSON.stringify(ranges), size)).toEqual(ranges)
      }),
    )
  })

  it.each(['{}', 'null', '[[0]]', '[[0,"5"]]', '[[-1,5]]', '[[0,99]]', '[3]', '[[0,1.5]]'])(
    'written as %s are none',
    text => expect(parseRanges(text, 50)).toEqual([]),
  )
})

describe('the next piece', () => {
  it.each<[string, Range[], Segment[], ReturnType<typeof claim>]>([
    ['a fresh file', [], [], { start: 0, end: 8 * MB }],
    ['the second connection', [], [{ position: 0, end: 8 * MB }], { start: 8 * MB, end: 16 * MB }],
    [
      'a hole',
      [
        [0, 10 * MB],
        [12 * MB, 100 * MB],
      ],
      [],
      { start: 10 * MB, end: 12 * MB },
    ],
    ['a finished file', [[0, 100 * MB]], [], undefined],
  ])('of %s', (_name, written, busy, next) => expect(claim(written, busy, 100 * MB, 8 * MB)).toEqual(next))

  it('is half of what the slowest has left when all is handed out', () => {
    const slow = { position: 80 * MB, end: 100 * MB }
    const quick = { position: 78 * MB, end: 80 * MB }
    expect(claim([[0, 78 * MB]], [quick, slow], 100 * MB, 8 * MB)).toEqual({
      start: 90 * MB,
      end: 100 * MB,
      cuts: slow,
    })
  })

  it('is nothing when the rest is too small to share', () => {
    expect(claim([[0, 95 * MB]], [{ position: 95 * MB, end: 100 * MB }], 100 * MB, 8 * MB)).toBeUndefined()
  })

  it.each([
    [1, 4, 4 * MB],
    [48 * MB, 4, 4 * MB],
    [512 * MB, 4, 32 * MB],
    [40_000 * MB, 4, 64 * MB],
  ])('of %i bytes over %i connections is %i long', (size, connections, piece) => {
    expect(pieceBytes(size, connections)).toBe(piece)
  })
})
