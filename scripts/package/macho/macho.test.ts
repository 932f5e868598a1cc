import { describe, expect, test } from 'vitest'
import { flags } from './blobs.ts'
import { exportsOf } from './exports.ts'
import { parse } from './file.ts'
import { signAdHoc } from './sign.ts'
import { verify } from './verify.ts'

const textBytes = 0x8000
const entitlements = { 'com.apple.security.cs.allow-jit': true, 'a.b': false }

function command(id: number, bytes: number, fill: (command: Buffer) => void): Buffer {
  const made = Buffer.alloc(bytes)
  made.writeUInt32LE(id, 0)
  made.writeUInt32LE(bytes, 4)
  fill(made)
  return made
}

function segment(name: string, offset: number, bytes: number, firstSection?: number): Buffer {
  return command(0x19, firstSection === undefined ? 72 : 152, made => {
    made.write(name, 8)
    made.writeBigUInt64LE(BigInt(offset), 40)
    made.writeBigUInt64LE(BigInt(bytes), 48)
    if (firstSection === undefined) return
    made.writeUInt32LE(1, 64)
    made.writeUInt32LE(firstSection, 72 + 48)
  })
}

/** "a" at 0x10 and "abc" at 0x20, as a linker writes them. */
const trie = Buffer.from([0, 1, 0x61, 0, 5, 2, 0, 0x10, 1, 0x62, 0x63, 0, 13, 2, 0, 0x20, 0])

/** A program for Apple silicon that nothing would start, with all that signing looks at. */
function program(firstSection = 0x4000): Buffer {
  const commands = [
    segment('__TEXT', 0, textBytes, firstSection),
    segment('__LINKEDIT', textBytes, trie.length),
    command(0x32, 24, made => made.writeUInt32LE((13 << 16) | (5 << 8), 12)),
    command(0x80000033, 16, made => {
      made.writeUInt32LE(textBytes, 8)
      made.writeUInt32LE(trie.length, 12)
    }),
  ]
  const head = Buffer.alloc(32)
  for (const [place, value] of [
    [0, 0xfeedfacf],
    [4, 0x0100000c],
    [12, 2],
    [16, commands.length],
    [20, commands.reduce((sum, { length }) => sum + length, 0)],
  ] as const)
    head.writeUInt32LE(value, place)
  const body = Buffer.concat([head, ...commands])
  const rest = Buffer.from(Array.from({ length: textBytes - body.length }, (_, index) => (index >> 8) & 0xff))
  // Behind the commands is room for one more.
  rest.fill(0, 0, Math.max(0, firstSection - body.length))
  return Buffer.concat([body, rest, trie])
}

test('a program is read', () => {
  expect(parse(program())).toMatchObject({
    isArm64: true,
    kind: 2,
    minimumOs: '13.5',
    firstSection: 0x4000,
    signature: undefined,
  })
  expect(() => parse(Buffer.from('#!/bin/sh\n echo nothing of that kind'))).toThrow('no thin 64-bit')
})

test('what it exports is read', () => {
  expect(Object.fromEntries(exportsOf(program()))).toEqual({ a: 0x10n, abc: 0x20n })
})

describe.each([
  ['plain', undefined, flags.adHoc | flags.linkerSigned],
  ['with entitlements', entitlements, flags.adHoc],
] as const)('signed %s', (_, given, flagsWanted) => {
  const options = { identifier: 'ai.impetus.core', ...(given && { entitlements: given }) }
  const signed = signAdHoc(program(), options)

  test('every hash is right', () => {
    expect(verify(program())).toBeUndefined()
    expect(verify(signed)).toEqual({ identifier: 'ai.impetus.core', flags: flagsWanted, faults: [] })
    expect(exportsOf(signed)).toEqual(exportsOf(program()))
  })

  test('signing again changes nothing', () => {
    expect(signAdHoc(signed, options).equals(signed)).toBe(true)
  })

  test.each([
    [8, ['page 0']],
    [0x5000, ['page 5']],
    [textBytes + 3, ['page 8']],
  ])('a changed byte at %i is found', (place, faults) => {
    const changed = Buffer.from(signed)
    changed[place] = (changed[place] ?? 0) ^ 1
    expect(verify(changed)?.faults).toEqual(faults)
  })

  test('a byte behind it is found', () => {
    expect(verify(Buffer.concat([signed, Buffer.from([0])]))?.faults).toEqual([
      'the signature is not the end of the file',
      '__LINKEDIT does not reach to the end of the file',
    ])
  })
})

test('entitlements that were changed are found', () => {
  const signed = signAdHoc(program(), { identifier: 'x', entitlements })
  signed[signed.indexOf('allow-jit')] = 0x41
  expect(verify(signed)?.faults).toEqual(['part 5'])
})

test('a file without room for the command is left alone', () => {
  expect(() => signAdHoc(program(300), { identifier: 'x' })).toThrow('no room')
})
