import { expect, test } from 'vitest'
import { addText, noBlocks } from './blocks.ts'

const answer = [
  '# Title\n\nA paragraph\nof two lines.\n\n',
  '- one\n- two\n\n  inside two\n- three\n\n',
  '```ts\nconst a = 1\n\nconst b = 2\n```\n\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.',
].join('')

function pieces(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, place) =>
    text.slice(place * length, (place + 1) * length),
  )
}

test.each([1, 3, 7, 1000])('pieces of %i characters lose nothing', length => {
  const { finished, open } = pieces(answer, length).reduce(addText, noBlocks)
  expect([...finished, open].join('')).toBe(answer)
})

test('a fenced block is one block, however it comes', () => {
  const { finished } = pieces(answer, 2).reduce(addText, noBlocks)
  expect(finished.some(block => block.startsWith('```ts') && block.includes('const b = 2'))).toBe(true)
})

test('what is finished does not change when more comes', () => {
  let blocks = noBlocks
  for (const piece of pieces(answer, 5)) {
    const next = addText(blocks, piece)
    expect(next.finished.slice(0, blocks.finished.length)).toEqual(blocks.finished)
    blocks = next
  }
})
