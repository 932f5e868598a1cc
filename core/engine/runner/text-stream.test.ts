import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Piece } from './native-model.ts'
import { TextStream } from './text-stream.ts'

function run(
  stops: readonly string[],
  pieces: readonly Piece[],
): { texts: string[]; tokens: number; stop?: string } {
  const stream = new TextStream(stops)
  const texts: string[] = []
  let tokens = 0
  for (const piece of pieces) {
    const step = stream.push(piece)
    texts.push(step.text)
    tokens += step.tokens
    if (step.stop !== undefined) return { texts, tokens, stop: step.stop }
  }
  const rest = stream.flush()
  return { texts: [...texts, rest.text], tokens: tokens + rest.tokens }
}

describe('text of tokens', () => {
  test('waits for a character that is cut between tokens', () => {
    const globe = new TextEncoder().encode('🌍')
    const pieces = ['a', globe.slice(0, 1), globe.slice(1, 3), globe.slice(3), 'b']
    expect(run([], pieces)).toEqual({ texts: ['a', '', '', '🌍', 'b', ''], tokens: 5 })
  })

  test('counts tokens with the text they became', () => {
    const stream = new TextStream(['END'])
    expect(stream.push('E')).toEqual({ text: '', tokens: 0 })
    expect(stream.push('N')).toEqual({ text: '', tokens: 0 })
    expect(stream.push('x')).toEqual({ text: 'ENx', tokens: 3 })
  })

  test('drops a character that never became whole', () => {
    expect(run([], ['a', Uint8Array.of(0xf0, 0x9f)])).toEqual({ texts: ['a', '', ''], tokens: 1 })
  })

  test('shows bytes that are no text as such', () => {
    expect(run([], [Uint8Array.of(0xff), 'a', Uint8Array.of(0xe2), 'b']).texts.join('')).toBe(
      '\ufffda\ufffdb',
    )
  })

  test('keeps a byte order mark', () => {
    expect(run([], ['\ufeff', Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf), 'a']).texts.join('')).toBe(
      '\ufeff\ufeffa',
    )
  })

  test('however bytes are cut into tokens, the text is the same', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.array(fc.nat(5), { minLength: 1 }),
        (text, sizes) => {
          const bytes = new TextEncoder().encode(text)
          const pieces: Piece[] = []
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = 1 + (sizes[turn % sizes.length] as number)
            const slice = bytes.slice(at, at + size)
            const asText = new TextDecoder('utf-8', { ignoreBOM: true }).decode(slice)
            pieces.push(asText.includes('\ufffd') ? slice : asText)
            at += size
          }
          const result = run([], pieces)
          expect(result.texts.join('')).toBe(text)
          for (const each of result.texts) expect(each.isWellFormed()).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})
