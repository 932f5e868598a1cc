import { describe, expect, it } from 'vitest'
import { inWords, requireSpace } from './disk.ts'

describe('disk space', () => {
  it.each([
    [100, 60, 40],
    [100, 0, 100],
    [100, 100, 0],
  ])('%i free is enough for %i with %i in reserve', (free, needed, reserve) => {
    expect(() => requireSpace(free, needed, reserve)).not.toThrow()
  })

  it('is refused with the figures', () => {
    expect(() => requireSpace(5e9, 4.4e9, 2e9)).toThrow(
      expect.objectContaining({
        code: 'insufficient_storage',
        status: 507,
        message: expect.stringMatching(/needs 4\.40 GB .* has 5\.00 GB and 2\.00 GB .* Free 1\.40 GB/),
      }),
    )
  })
})

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [48 * 1024 * 1024, '50.3 MB'],
  [4.4e12, '4.40 TB'],
])('%i is %s', (bytes, words) => expect(inWords(bytes)).toBe(words))
