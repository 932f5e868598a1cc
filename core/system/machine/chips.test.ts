import { expect, it } from 'vitest'
import { publishedBandwidth, readCpuInfo } from './chips.ts'

it.each([
  ['Apple M1', 8, 68],
  ['Apple M1 Pro', 10, 200],
  ['Apple M2 Ultra', 24, 800],
  ['Apple M3 Max', 14, 300],
  ['Apple M3 Max', 16, 400],
  ['Apple M4', 10, 120],
  ['Apple M4 Pro', 14, 273],
  ['Apple M4 Max', 16, 546],
])('%s with %d cores moves %d GB/s', (chip, cores, gigabytes) => {
  expect(publishedBandwidth(chip, cores)).toBe(gigabytes * 1e9)
})

it.each(['Apple M9 Max', 'Intel(R) Core(TM) i7', 'VirtualApple @ 2.50GHz'])(
  'nothing is known of %s',
  chip => {
    expect(publishedBandwidth(chip, 8)).toBeNull()
  },
)

it('reads what Linux says of a processor', () => {
  const text =
    'processor\t: 0\nmodel name\t: AMD EPYC 7R13\nflags\t\t: fpu sse avx avx2 fma f16c\n\nprocessor\t: 1\n'
  expect(readCpuInfo(text)).toEqual({ chip: 'AMD EPYC 7R13', features: ['avx', 'avx2', 'fma', 'f16c'] })
  expect(readCpuInfo('')).toEqual({ chip: null, features: [] })
})
