import { expect, test } from 'vitest'
import { pieceOf } from './pieces.ts'

const normal = 4
const control = 8
const userDefined = 16
const byte = 32

test.each([
  { name: 'SentencePiece word', type: 1, spelling: '▁hello', attributes: normal, text: ' hello' },
  {
    name: 'SentencePiece user-defined',
    type: 1,
    spelling: '▁<tool>',
    attributes: userDefined,
    text: '▁<tool>',
  },
  { name: 'unigram word', type: 4, spelling: '▁día', attributes: normal, text: ' día' },
  { name: 'byte pairs', type: 2, spelling: 'ĠworldĊ', attributes: normal, text: ' world\n' },
  { name: 'byte pairs, two bytes', type: 2, spelling: 'Ã©', attributes: normal, text: 'é' },
  {
    name: 'byte pairs, user-defined',
    type: 2,
    spelling: '<tool_call>',
    attributes: userDefined,
    text: '<tool_call>',
  },
  {
    name: 'a character outside of the byte alphabet',
    type: 2,
    spelling: '日',
    attributes: normal,
    text: '日',
  },
  { name: 'control token', type: 2, spelling: '<|im_end|>', attributes: control, text: '' },
])('$name', ({ type, spelling, attributes, text }) => {
  expect(new TextDecoder().decode(pieceOf(type, spelling, attributes))).toBe(text)
})

test('byte tokens', () => {
  expect(pieceOf(1, '<0xF0>', byte)).toEqual(Uint8Array.of(0xf0))
  expect(pieceOf(1, '<0xZZ>', byte)).toBeUndefined()
})

test('all 256 bytes have a character of their own', () => {
  const seen = new Set<number>()
  for (let code = 33; code < 512; code++) {
    const bytes = pieceOf(2, String.fromCodePoint(code), normal)
    if (bytes?.length === 1) seen.add(bytes[0] as number)
  }
  expect(seen.size).toBe(256)
})

test('a vocabulary of another kind is left to llama.cpp', () => {
  expect(pieceOf(5, 'x', normal)).toBeUndefined()
})
