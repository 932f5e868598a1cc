import { expect, test } from 'vitest'
import { toDelete } from './limits.ts'

const day = 24 * 60 * 60 * 1000
const now = 100 * day
const file = (path: string, bytes: number, days: number) => ({ path, bytes, usedAt: now - days * day })

test.each([
  { name: 'nothing there', files: [], gone: [] },
  { name: 'all fits', files: [file('a', 10, 1), file('b', 10, 2)], gone: [] },
  { name: 'the oldest go first', files: [file('a', 60, 3), file('b', 60, 1), file('c', 30, 2)], gone: ['a'] },
  { name: 'the old go', files: [file('a', 1, 31), file('b', 1, 29)], gone: ['a'] },
  { name: 'one that alone is too big', files: [file('a', 101, 0), file('b', 50, 5)], gone: ['a'] },
])('$name', ({ files, gone }) => {
  const limits = { maxBytes: 100, maxAgeDays: 30 }
  expect(toDelete(files, limits, now).map(each => each.path)).toEqual(gone)
})
