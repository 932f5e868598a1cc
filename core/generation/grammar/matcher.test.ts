import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileMatcher } from './matcher.ts'
import { parsePattern, UnsupportedPattern } from './regex.ts'

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\S',
  '\\.',
  '\\x41',
  '\\u{62}',
  '[a-c\\d_-]',
)
const pattern = fc.letrec<{ node: string }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc.tuple(tie('node'), tie('node')).map(([one, other]) => `${one}${other}`),
    fc.tuple(tie('node'), tie('node')).map(([one, other]) => `(?:${one}|${other})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
      .map(([one, count]) => `(${one})${count}`),
  ),
})).node
const anchored = fc
  .tuple(pattern, pattern, fc.constantFrom('', '^'), fc.constantFrom('', '$'), fc.boolean())
  .map(([one, other, start, end, choice]) =>
    choice ? `${start}${one}|${other}${end}` : `${start}${one}${end}`,
  )

test('agrees with the language itself on what matches', () => {
  fc.assert(
    fc.property(anchored, fc.stringMatching(/^[abcA1. _-]{0,6}$/), (source, text) => {
      expect(compileMatcher(parsePattern(source))?.(text)).toBe(new RegExp(source, 'u').test(text))
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['^$', '', true],
  ['^$', 'a', false],
  ['$', 'a', true],
  ['^', 'a', true],
  ['', 'a', true],
  ['^a$|^b$', 'ab', false],
  ['(^a|b)c', 'xbc', true],
  ['^😀{2}$', '😀😀', true],
  ['^[\\b\\cA]$', '\u0001', true],
  ['^{x}$', '{x}', true],
])('%s on %j: %s', (source, text, matches) => {
  expect(compileMatcher(parsePattern(source))?.(text)).toBe(matches)
})

test.each([
  '(',
  ')',
  '[a',
  'a**',
  '(?=a)',
  '(?<!a)b',
  '\\1',
  '\\bword',
  '\\p{L}',
  'a^b',
  'x{3,2}',
  '[z-a]',
  '\\',
  `${'a'.repeat(3000)}`,
])('%s is beyond the reader', source => {
  expect(() => parsePattern(source)).toThrow(UnsupportedPattern)
})

test('hostile patterns neither hang nor grow without end', () => {
  expect(compileMatcher(parsePattern('^(a+)+$'))?.(`${'a'.repeat(50_000)}!`)).toBe(false)
  expect(compileMatcher(parsePattern('(a{1000}){1000}'))).toBeUndefined()
  expect(compileMatcher(parsePattern('^(){1000000000}$'))?.('')).toBe(true)
})
