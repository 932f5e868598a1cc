import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { projectVersion } from '../project.ts'
import { assembleApp } from './bundle.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'impetus-app-'))
const shell = path.join(folder, 'shell')
writeFileSync(shell, 'shell')

test('the app has its programs, its version and its icon where macOS looks for them', () => {
  const core = { command: ['/bin/echo', "it's", '$HOME'] }
  const app = assembleApp(folder, { shell, core, icon: Buffer.from('icns') })
  const read = (name: string) => readFileSync(path.join(app, 'Contents', name), 'utf8')
  expect(read('MacOS/Impetus')).toBe('shell')
  expect(statSync(path.join(app, 'Contents/MacOS/Impetus')).mode & 0o777).toBe(0o755)
  expect(read('Resources/Impetus.icns')).toBe('icns')
  const plist = read('Info.plist')
  expect(
    plist.match(/<string>(.*)<\/string>/g)?.filter(line => line.includes(projectVersion())),
  ).toHaveLength(2)
  expect(plist).not.toContain('VERSION')
  // What the keys name is there.
  expect(plist).toMatch(/<key>CFBundleExecutable<\/key>\s*<string>Impetus<\/string>/)
  expect(plist).toMatch(/<key>CFBundleIconFile<\/key>\s*<string>Impetus<\/string>/)
  const called = spawnSync(path.join(app, 'Contents/MacOS/impetus-core'), ['doctor', 'a b'], {
    encoding: 'utf8',
  })
  expect(called.stdout).toBe("it's $HOME doctor a b\n")
})

test('a packaged core is copied, and a second time replaces the first', () => {
  const app = assembleApp(folder, { shell, core: { file: shell }, icon: null })
  expect(readFileSync(path.join(app, 'Contents/MacOS/impetus-core'), 'utf8')).toBe('shell')
  expect(() => statSync(path.join(app, 'Contents/Resources/Impetus.icns'))).toThrow()
})
