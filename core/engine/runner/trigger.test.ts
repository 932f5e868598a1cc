import { expect, test } from 'vitest'
import { TriggerWatch } from './trigger.ts'

/** Tokens are their places. */
const found = (triggers: string[], pieces: string[]) => {
  const watch = new TriggerWatch(triggers)
  for (const [index, piece] of pieces.entries()) {
    const tokens = watch.push(index, piece)
    if (tokens !== undefined) return tokens
  }
  return undefined
}

test.each([
  { name: 'in one token', triggers: ['<call>'], pieces: ['a', '<call>', 'b'], tokens: [1] },
  { name: 'across tokens', triggers: ['<call>'], pieces: ['a', 'b <', 'ca', 'll>', 'b'], tokens: [1, 2, 3] },
  {
    name: 'the first of several',
    triggers: ['[T]', '<call>'],
    pieces: ['x', '[', 'T', ']'],
    tokens: [1, 2, 3],
  },
  { name: 'after a long text', triggers: ['{"'], pieces: [...'abcdefgh', '{', '"'], tokens: [8, 9] },
  { name: 'never', triggers: ['<call>'], pieces: ['<ca', 'l', 'l'], tokens: undefined },
  { name: 'after empty tokens', triggers: ['ab'], pieces: ['', 'a', '', 'b'], tokens: [1, 2, 3] },
])('a trigger $name', ({ triggers, pieces, tokens }) => {
  expect(found(triggers, pieces)).toEqual(tokens)
})

test('what was said before a reset does not count', () => {
  const watch = new TriggerWatch(['ab'])
  watch.push(1, 'a')
  watch.reset()
  expect(watch.push(2, 'b')).toBeUndefined()
})
