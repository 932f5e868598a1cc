import { describe, expect, test } from 'vitest'
import { encodeFrame, FrameDecoder, FrameError } from './frames.ts'

const messages = [
  { t: 'text', parts: [[1, 'grüß dich 🌍', 3]] },
  { t: 'beat', step: null, lastStep: 7.5 },
  'x'.repeat(100_000),
  null,
]

describe('frames', () => {
  for (const size of [1, 2, 3, 5, 1000, 65_536, 10_000_000]) {
    test(`are put together from chunks of ${size} bytes`, () => {
      const stream = Buffer.concat(messages.map(encodeFrame))
      const decoder = new FrameDecoder()
      const seen: unknown[] = []
      for (let at = 0; at < stream.length; at += size)
        seen.push(...decoder.push(stream.subarray(at, at + size)))
      expect(seen).toEqual(messages)
    })
  }

  test('that claim to be too long are refused before any of it is kept', () => {
    const header = Buffer.alloc(4)
    header.writeUInt32LE(0xffffffff)
    expect(() => new FrameDecoder().push(header)).toThrow(FrameError)
    expect(() => new FrameDecoder(10).push(encodeFrame('longer than ten bytes'))).toThrow(/claims 23 bytes/)
  })

  test('that are not JSON are refused', () => {
    const frame = encodeFrame('x')
    frame[4] = 0x7b
    expect(() => new FrameDecoder().push(frame)).toThrow(FrameError)
  })
})
