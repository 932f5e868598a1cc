import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Sandbox } from './support/program.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => box[Symbol.asyncDispose]())

const isRoot = process.getuid?.() === 0
const nobody = 65_534

/** Starts as user `nobody`, for whom permissions count. Only root can. */
const asNobody = {
  shell: `cd /; set -- "$0" "$@"; exec setpriv --reuid ${nobody} --regid ${nobody} --clear-groups -- "$@"; true`,
}

async function refused(options: Parameters<Sandbox['run']>[1] = {}) {
  const result = await box.run(['serve', '--engine', 'scripted', '--port', '0'], options)
  expect(result.stderr).toMatch(/^impetus: .+\n$/)
  return result
}

/** Not where this checkout lies in a folder that is root's alone. */
function canStartAsNobody(): boolean {
  if (!isRoot) return false
  const words = [
    '--reuid',
    `${nobody}`,
    '--regid',
    `${nobody}`,
    '--clear-groups',
    '--',
    'test',
    '-r',
    import.meta.filename,
  ]
  return spawnSync('setpriv', words).status === 0
}

describe.runIf(canStartAsNobody())('a home that is not ours to write', () => {
  beforeEach(() => {
    mkdirSync(box.home)
    chownSync(box.folder, nobody, nobody)
  })

  test('of another user: 73, and whose it is', async () => {
    const { code, stderr } = await refused(asNobody)
    expect(code).toBe(73)
    expect(stderr).toContain('belongs to another user (id 0')
  })

  test('inside a folder that cannot be written: 73', async () => {
    chmodSync(box.folder, 0o500)
    const { code, stderr } = await refused({ ...asNobody, env: { IMPETUS_HOME: join(box.folder, 'new') } })
    expect(code).toBe(73)
    expect(stderr).toContain('permission denied')
  })
})

/** A small file system at the home, only there for as long as `work` runs. */
async function onSmallDisk(options: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(box.home, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', box.home])
  try {
    await work()
  } finally {
    execFileSync('umount', ['-l', box.home])
  }
}

function canMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false
  const probe = new Sandbox()
  try {
    mkdirSync(probe.home)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', probe.home], { stdio: 'ignore' })
    execFileSync('umount', [probe.home])
    return true
  } catch {
    return false
  } finally {
    void probe[Symbol.asyncDispose]()
  }
}

describe.runIf(canMount())('a disk that takes nothing', () => {
  test('read-only: 73', async () => {
    await onSmallDisk('ro,size=1m', async () => {
      const { code, stderr } = await refused()
      expect(code).toBe(73)
      expect(stderr).toContain('read-only')
    })
  })

  test('no byte free: 73', async () => {
    await onSmallDisk('size=16k', async () => {
      const { code, stderr } = await refused()
      expect(code).toBe(73)
      expect(stderr).toContain('the disk is full')
    })
  })

  test('full while running: answers go on, changes are refused with 507, and nothing is half-written', async () => {
    await onSmallDisk('size=2m', async () => {
      writeFileSync(box.paths.settings, '{"server":{"drainSeconds":7}}')
      const core = await box.serve()
      expect(() => writeFileSync(join(box.home, 'filler'), Buffer.alloc(4 * 2 ** 20))).toThrow('ENOSPC')
      expect((await core.request('GET', '/health', { over: 'tcp' })).status).toBe(200)
      const chat = { messages: [{ role: 'user', content: 'hello' }] }
      expect((await core.request('POST', '/v1/chat/completions', { body: chat })).status).toBe(200)
      const change = await core.request('PATCH', '/api/settings', { body: { server: { drainSeconds: 8 } } })
      expect(change.status).toBe(507)
      expect(change.json()).toMatchObject({ error: { code: 'insufficient_storage' } })
      expect(JSON.parse(readFileSync(box.paths.settings, 'utf8'))).toEqual({ server: { drainSeconds: 7 } })
      expect((await core.request('POST', '/api/keys', { body: { name: 'x'.repeat(100) } })).status).toBe(507)
      truncateSync(join(box.home, 'filler'), 0)
      expect(
        (await core.request('PATCH', '/api/settings', { body: { server: { drainSeconds: 8 } } })).status,
      ).toBe(200)
      await core.kill()
    })
  })
})

describe('a damaged database', () => {
  const keysOf = async (core: Awaited<ReturnType<Sandbox['serve']>>) =>
    (await core.request('GET', '/api/keys')).json<{ keys: { name: string }[] }>().keys.map(({ name }) => name)

  test.each<[string, (path: string) => void]>([
    ['0 bytes', path => truncateSync(path, 0)],
    ['random bytes', path => writeFileSync(path, Buffer.alloc(20_000, 'garbage'))],
    [
      'a flipped page',
      path => {
        const bytes = readFileSync(path)
        writeFileSync(path, bytes.fill(0x5a, 4096, 8192))
      },
    ],
  ])('%s: moved aside, keys restored, the door still closed', async (_name, harm) => {
    mkdirSync(box.home)
    writeFileSync(box.paths.settings, '{"server":{"requireKey":true}}')
    const first = await box.serve()
    const made = (await first.request('POST', '/api/keys', { body: { name: 'mine' } })).json<{
      key: string
    }>()
    await first.kill()
    harm(box.paths.database)

    const second = await box.serve()
    expect(readdirSync(box.home).filter(name => name.includes('.damaged-'))).not.toEqual([])
    expect(await keysOf(second)).toEqual(['mine'])
    expect((await second.request('GET', '/v1/models', { over: 'tcp' })).status).toBe(401)
    const headers = { authorization: `Bearer ${made.key}` }
    expect((await second.request('GET', '/v1/models', { over: 'tcp', headers })).status).toBe(200)
    expect(readFileSync(box.paths.auditLog, 'utf8')).toContain('keys.restored')
    expect(second.log).toContain('damaged')
  })

  test('without a backup: fresh, and still closed', async () => {
    mkdirSync(box.home)
    writeFileSync(box.paths.settings, '{"server":{"requireKey":true}}')
    writeFileSync(box.paths.database, 'no database at all')
    const core = await box.serve()
    expect(await keysOf(core)).toEqual([])
    expect((await core.request('GET', '/v1/models', { over: 'tcp' })).status).toBe(401)
  })

  test('of a newer version: refused, untouched', async () => {
    const first = await box.serve()
    await first.kill()
    execFileSync(process.execPath, [
      '-e',
      `
      const { DatabaseSync } = require('node:sqlite')
      new DatabaseSync(${JSON.stringify(box.paths.database)}).exec('UPDATE rooms SET version = 99')`,
    ])
    const { code, stderr } = await refused()
    expect(code).toBe(78)
    expect(stderr).toContain('newer Impetus')
    expect(statSync(box.paths.database).size).toBeGreaterThan(0)
    expect(readdirSync(box.home).filter(name => name.includes('.damaged-'))).toEqual([])
  })
})
