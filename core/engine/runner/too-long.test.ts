import { expect, test } from 'vitest'
import { farTooLong } from './too-long.ts'

const words = (text: string) => text.split(' ').length

test.each([
  { name: 'short', text: 'one two', context: 10, tokens: undefined },
  { name: 'many characters for each token', text: 'a'.repeat(1_000_000), context: 100, tokens: undefined },
  { name: 'within twice the context', text: 'word '.repeat(150), context: 80, tokens: undefined },
  { name: 'far too long', text: 'word '.repeat(1_000_000), context: 1000, tokens: 1_000_000 },
])('$name', ({ text, context, tokens }) => {
  const found = farTooLong(text, context, words)
  if (tokens === undefined) expect(found).toBeUndefined()
  else expect(Math.abs((found ?? 0) / tokens - 1)).toBeLessThan(0.01)
})

test('only the beginning is read', () => {
  let read = 0
  farTooLong('word '.repeat(1_000_000), 1000, part => {
    read += part.length
    return words(part)
  })
  expect(read).toBeLessThan(100_000)
})
