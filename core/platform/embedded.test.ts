import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmbeddedFiles, unpack } from './embedded.ts'

let place: string
let source: string
let cache: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'impetus-embedded-'))
  source = join(place, 'program')
  cache = join(place, 'cache')
  mkdirSync(join(source, 'lib'), { recursive: true })
})

afterEach(() => rmSync(place, { recursive: true }))

function carry(contents: Readonly<Record<string, string>>): EmbeddedFiles {
  return Object.fromEntries(
    Object.entries(contents).map(([path, text]) => {
      writeFileSync(join(source, path), text)
      return [path, { sha256: createHash('sha256').update(text).digest('hex'), bytes: text.length }]
    }),
  )
}

const contents = { 'engine.node': 'native code', 'lib/more.so': 'more of it' }

function read(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.keys(contents).map(path => [path, readFileSync(join(folder, path), 'utf8')]),
  )
}

test('files are unpacked once, and left alone while they are whole', async () => {
  const files = carry(contents)
  const folder = await unpack(files, source, cache)
  expect(read(folder)).toEqual(contents)
  rmSync(source, { recursive: true })
  expect(await unpack(files, source, cache)).toBe(folder)
})

const tampering: Record<string, (folder: string) => void> = {
  'one byte is another': folder => {
    chmodSync(join(folder, 'engine.node'), 0o700)
    writeFileSync(join(folder, 'engine.node'), 'native c0de')
  },
  'a file is gone': folder => rmSync(join(folder, 'lib/more.so')),
  'a file is a link to the same bytes, which can change later': folder => {
    rmSync(join(folder, 'engine.node'))
    symlinkSync(join(source, 'engine.node'), join(folder, 'engine.node'))
  },
  'the folder is a file': folder => {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
  },
}

test.each(Object.entries(tampering))('when %s, they are unpacked again', async (_, tamper) => {
  const files = carry(contents)
  const folder = await unpack(files, source, cache)
  tamper(folder)
  expect(await unpack(files, source, cache)).toBe(folder)
  expect(read(folder)).toEqual(contents)
})

test('another version has another folder, and the old one goes', async () => {
  const old = await unpack(carry(contents), source, cache)
  const folder = await unpack(carry({ ...contents, 'engine.node': 'newer code' }), source, cache)
  expect(folder).not.toBe(old)
  expect(await readdir(cache)).toEqual([folder.slice(cache.length + 1)])
})

test('a program that is damaged itself says so, and leaves nothing', async () => {
  const files = carry(contents)
  writeFileSync(join(source, 'engine.node'), 'cut')
  await expect(unpack(files, source, cache)).rejects.toThrow('damaged')
  expect(await readdir(cache)).toEqual([])
})

test('two that unpack at the same time both get a whole folder', async () => {
  const files = carry(contents)
  const folders = await Promise.all([unpack(files, source, cache), unpack(files, source, cache)])
  expect(new Set(folders).size).toBe(1)
  expect(read(folders[0])).toEqual(contents)
})
