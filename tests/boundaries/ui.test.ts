import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { importsOf } from './imports.ts'

const root = path.join(import.meta.dirname, '../..')
const files = globSync('ui/**/*.{ts,tsx}', { cwd: root }).filter(file => !file.endsWith('.test.ts'))

/** Everything a file of the dashboard names outside of ui/. Tags are no types: only the import lines are looked at. */
function outside(file: string): { readonly target: string; readonly typeOnly: boolean }[] {
  const lines =
    readFileSync(path.join(root, file), 'utf8').match(/^(?:import|export)[^;]*?from '[^']+'$/gm) ?? []
  return importsOf(lines.join('\n'))
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, typeOnly }) => ({
      target: path.posix.join(path.posix.dirname(file), specifier),
      typeOnly,
    }))
    .filter(({ target }) => !target.startsWith('ui/'))
}

test('the dashboard takes nothing from the core but types of the contract', () => {
  expect(files.length).toBeGreaterThan(10)
  const wrong = files.flatMap(file =>
    outside(file)
      .filter(({ target, typeOnly }) => !typeOnly || !target.startsWith('core/contract/'))
      .map(({ target }) => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('only api.ts and live.ts reach out of the page', () => {
  const calls = /\bfetch\(|new (?:WebSocket|EventSource|XMLHttpRequest)\b|sendBeacon/
  const reaching = files.filter(file => calls.test(readFileSync(path.join(root, file), 'utf8')))
  expect(reaching.sort()).toEqual(['ui/api.ts', 'ui/live.ts'])
})
