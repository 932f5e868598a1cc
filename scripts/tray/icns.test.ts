import { expect, test } from 'vitest'
import { icns, icnsKinds } from './icns.ts'

test('an .icns holds every size, each with its kind and its length', () => {
  const file = icns(pixels => Buffer.from(`png ${pixels}`))
  expect(file.toString('latin1', 0, 4)).toBe('icns')
  expect(file.readUInt32BE(4)).toBe(file.length)
  const found: { kind: string; pixels: number }[] = []
  for (let place = 8; place < file.length; ) {
    const length = file.readUInt32BE(place + 4)
    const text = file.toString('latin1', place + 8, place + length)
    found.push({ kind: file.toString('latin1', place, place + 4), pixels: Number(text.slice(4)) })
    place += length
  }
  expect(found).toEqual([...icnsKinds])
})
