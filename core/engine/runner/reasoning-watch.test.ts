import { expect, test } from 'vitest'
import type { ReasoningSpan } from '../engine.ts'
import { ReasoningWatch } from './reasoning-watch.ts'

const span: ReasoningSpan = { open: '<think>', close: '</think>', openInPrompt: false }

test.each<{ name: string; span: ReasoningSpan; pieces: string[]; inside: boolean[]; tokens: number }>([
  {
    name: 'marks in one token each',
    span,
    pieces: ['<think>', 'a', '</think>', 'b', 'c'],
    inside: [true, true, false, false, false],
    tokens: 3,
  },
  {
    name: 'marks across tokens',
    span,
    pieces: ['x<thi', 'nk>', 'a', '</th', 'ink>b'],
    inside: [false, true, true, true, false],
    tokens: 4,
  },
  {
    name: 'opened by the prompt',
    span: { ...span, openInPrompt: true },
    pieces: ['a', 'b', '</think>', 'c'],
    inside: [true, true, false, false],
    tokens: 3,
  },
  { name: 'never', span, pieces: ['a', 'b'], inside: [false, false], tokens: 0 },
  {
    name: 'a mark in the answer that follows',
    span,
    pieces: ['<think>', '</think>', '<think>', 'a'],
    inside: [true, false, false, false],
    tokens: 2,
  },
])('$name', ({ span, pieces, inside, tokens }) => {
  const watch = new ReasoningWatch(span)
  const seen = pieces.map(piece => {
    watch.push(piece)
    return watch.inside
  })
  expect(seen).toEqual(inside)
  expect(watch.tokens).toBe(tokens)
})

test('is spent after its budget, and only inside', () => {
  const watch = new ReasoningWatch({ ...span, openInPrompt: true, budgetTokens: 2 })
  expect(watch.spent).toBe(false)
  watch.push('a')
  expect(watch.spent).toBe(false)
  watch.push('b')
  expect(watch.spent).toBe(true)
  watch.push('</think>')
  expect(watch.spent).toBe(false)
})
