import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { placeOf, plan } from './write.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'impetus-connect-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const part = {
  kind: 'file' as const,
  place: '~/.agent/settings.json',
  paths: ['~/.agent/settings.json', '~/.agent/settings.jsonc'],
  format: 'json' as const,
  text: '{"new":true,"a":1}\n',
  value: { a: 1 },
}
const first = () => join(home, '.agent', 'settings.json')

function put(text: string, path = first()): void {
  mkdirSync(join(home, '.agent'), { recursive: true })
  writeFileSync(path, text)
}

it('makes a private file where there is none', () => {
  const written = plan(part, placeOf(part, home)).write()
  expect(written).toEqual({ path: first(), did: 'created', backup: null })
  expect(readFileSync(first(), 'utf8')).toBe(part.text)
  expect(statSync(first()).mode & 0o777).toBe(0o600)
})

it('changes the file that is there, keeps its mode, and puts a copy beside it each time', () => {
  const other = join(home, '.agent', 'settings.jsonc')
  put('{"b": 2}', other)
  chmodSync(other, 0o644)
  const written = plan(part, placeOf(part, home)).write()
  expect(written).toEqual({ path: other, did: 'changed', backup: `${other}.before-impetus` })
  expect(JSON.parse(readFileSync(other, 'utf8'))).toEqual({ b: 2, a: 1 })
  expect(readFileSync(written.backup ?? '', 'utf8')).toBe('{"b": 2}')
  expect(statSync(other).mode & 0o777).toBe(0o644)
  expect(plan(part, other).write()).toEqual({ path: other, did: 'nothing', backup: null })
  expect(plan({ ...part, value: { a: 2 } }, other).write().backup).toBe(`${other}.before-impetus-2`)
})

it('changes what a link leads to and leaves the link', () => {
  const real = join(home, 'dotfiles.json')
  writeFileSync(real, '{}')
  mkdirSync(join(home, '.agent'))
  symlinkSync(real, first())
  expect(plan(part, first()).write().path).toBe(real)
  expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ a: 1 })
})

it('finds out before anything is written that a file cannot be understood', () => {
  put('{"b": 2')
  expect(() => plan(part, first())).toThrow(/left as it is: it is no valid JSON/)
  expect(readdirSync(join(home, '.agent'))).toEqual(['settings.json'])
})

it('refuses what is no file', () => {
  expect(() => plan(part, home)).toThrow(/it is no file/)
})

it('needs a home for "~"', () => {
  expect(() => placeOf(part, undefined)).toThrow(/--file/)
})
