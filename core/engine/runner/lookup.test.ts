import { describe, expect, test } from 'vitest'
import { lookUp } from './lookup.ts'

test.each([
  { name: 'nothing said yet', past: [], next: 1, most: 4, draft: [] },
  { name: 'nothing like it', past: [1, 2, 3, 4, 5], next: 9, most: 4, draft: [] },
  { name: 'one token in common is too little', past: [7, 1, 2, 3, 4], next: 7, most: 4, draft: [] },
  { name: 'what followed then', past: [5, 6, 7, 8, 9, 0, 5], next: 6, most: 3, draft: [7, 8, 9] },
  { name: 'what repeats itself', past: [5, 6, 7, 5], next: 6, most: 7, draft: [7, 5, 6, 7, 5, 6, 7] },
  { name: 'the same over and over', past: [5, 5, 5], next: 5, most: 3, draft: [5, 5, 5] },
  { name: 'the longer match', past: [1, 2, 3, 4, 9, 3, 4, 8, 1, 2, 3], next: 4, most: 1, draft: [9] },
  { name: 'the later place', past: [3, 4, 9, 3, 4, 8, 3], next: 4, most: 1, draft: [8] },
])('$name', ({ past, next, most, draft }) => {
  expect(lookUp(past, next, most)).toEqual(draft)
})

describe('what was expected', () => {
  const predicted = Uint32Array.of(1, 2, 3, 4, 5, 6, 7)
  test.each([
    { name: 'is begun', past: [9, 9, 8], next: 1, most: 3, draft: [2, 3, 4] },
    { name: 'is gone on with where it was left', past: [9, 3, 4], next: 5, most: 9, draft: [6, 7] },
    { name: 'counts more than the past', past: [3, 4, 9, 9, 3], next: 4, most: 2, draft: [5, 6] },
    {
      name: 'counts less than a longer match in the past',
      past: [8, 3, 4, 9, 8, 3],
      next: 4,
      most: 1,
      draft: [9],
    },
    { name: 'says nothing once it is over', past: [5, 6], next: 7, most: 4, draft: [] },
    { name: 'says nothing of something else', past: [9, 4], next: 3, most: 4, draft: [] },
  ])('$name', ({ past, next, most, draft }) => {
    expect(lookUp(past, next, most, predicted)).toEqual(draft)
  })
})
