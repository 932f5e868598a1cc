import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
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
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeFileAtomic } from './atomic-file.ts'
import { publishEndpoint, readEndpoint, withdrawEndpoint } from './endpoint-file.ts'
import { HomeLock } from './lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('writeFileAtomic', () => {
  test('replaces the whole file, privately, and leaves nothing beside it', () => {
    const path = join(folder, 'a.json')
    writeFileSync(path, 'old and much longer', { mode: 0o644 })
    writeFileAtomic(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  test('when it fails the old file is as it was', () => {
    const path = join(folder, 'b')
    symlinkSync(join(folder, 'missing', 'target'), join(folder, 'gone'))
    writeFileSync(path, 'old')
    expect(() => writeFileAtomic(join(path, 'below a file'), 'x')).toThrow('ENOTDIR')
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  test('a reader never sees a part, even when the writer is killed', () => {
    const path = join(folder, 'c')
    const script = `
      import { writeFileAtomic } from ${JSON.stringify(join(import.meta.dirname, 'atomic-file.ts'))}
      for (let n = 0; ; n++) {
        writeFileAtomic(${JSON.stringify(path)}, String(n % 10).repeat(100_000))
        if (n === 30) process.kill(process.pid, 'SIGKILL')
      }`
    expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script])).toThrow()
    expect(readFileSync(path, 'utf8')).toMatch(/^(\d)\1{99999}$/)
  })
})

describe('HomeLock', () => {
  test('is for one process at a time, and is free again the moment that one is killed', async () => {
    const path = join(folder, 'lock')
    const script = `
      import { HomeLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}
      // Held by the timer: a lock that nobody refers to any more is collected, and free.
      const lock = new HomeLock(${JSON.stringify(path)})
      process.stdout.write(String(lock.acquire()))
      setInterval(() => lock, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const said = await new Promise(resolve => holder.stdout.once('data', data => resolve(String(data))))
    expect(said).toBe('true')
    const lock = new HomeLock(path)
    expect(lock.acquire()).toBe(false)
    holder.kill('SIGKILL')
    await new Promise(resolve => holder.once('exit', resolve))
    expect(lock.acquire()).toBe(true)
    lock.release()
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('a place that cannot be written is said plainly', () => {
    expect(() => new HomeLock(join(folder, 'missing', 'lock')).acquire()).toThrow(
      expect.objectContaining({ exitCode: 73 }),
    )
  })
})

test('the endpoint file comes, is read, and goes; a broken one counts as none', () => {
  const path = join(folder, 'endpoint.json')
  const facts = {
    pid: 1,
    version: '1',
    startedAt: 2,
    url: 'http://127.0.0.1:3',
    port: 3,
    wantedPort: null,
    tls: false,
    socket: '/s',
  }
  publishEndpoint(path, facts)
  expect(readEndpoint(path)).toEqual(facts)
  writeFileSync(path, '{"pid":')
  expect(readEndpoint(path)).toBeUndefined()
  withdrawEndpoint(path)
  withdrawEndpoint(path)
  expect(existsSync(path)).toBe(false)
})
