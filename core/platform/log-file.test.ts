import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogFile } from './log-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('files are rotated by size and kept by count, without losing a line on the way', () => {
  const file = new LogFile({ path: join(folder, 'a.log'), maxBytes: 100, maxFiles: 3 })
  for (let n = 0; n < 12; n++) file.write(`${n} ${'x'.repeat(30)}\n`)
  file.stop()
  expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2'])
  const numbers = ['a.log.2', 'a.log.1', 'a.log']
    .flatMap(name => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map(line => Number.parseInt(line, 10))
  expect(numbers).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11].slice(-numbers.length))
  for (const name of readdirSync(folder)) {
    expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100)
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  }
})

test('one file only, and appending to what a former run wrote', () => {
  const options = { path: join(folder, 'a.log'), maxBytes: 25, maxFiles: 1 }
  const first = new LogFile(options)
  first.write('first\n')
  first.stop()
  const second = new LogFile(options)
  second.write('second\n')
  expect(readFileSync(options.path, 'utf8')).toBe('first\nsecond\n')
  second.write(`${'y'.repeat(20)}\n`)
  expect(readdirSync(folder)).toEqual(['a.log'])
  expect(readFileSync(options.path, 'utf8')).toBe(`${'y'.repeat(20)}\n`)
})

test('what cannot be written is counted, never thrown, and said afterwards', () => {
  const file = new LogFile({ path: join(folder, 'later', 'a.log'), maxBytes: 1000, maxFiles: 2 })
  file.write('lost\n')
  file.write('lost\n')
  expect(file.dropped).toBe(2)
  mkdirSync(join(folder, 'later'))
  chmodSync(join(folder, 'later'), 0o700)
  file.write('kept\n')
  const [note, line] = readFileSync(join(folder, 'later', 'a.log'), 'utf8').split('\n')
  expect(JSON.parse(note ?? '').msg).toContain('2 lines')
  expect(line).toBe('kept')
  expect(file.dropped).toBe(0)
})
