import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { Home, TestRoom } from './hub/room.ts'

const MB = 1024 * 1024

/** A folder on a disk of its own, this large; undefined where this user may not mount one. */
function smallDisk(bytes: number): (Disposable & { readonly folder: string }) | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'imp-disk-'))
  const mounted =
    process.platform === 'linux' &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'pipe' }).status ===
      0
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (!mounted) {
    remove()
    return undefined
  }
  return {
    folder,
    [Symbol.dispose]: () => {
      execFileSync('umount', [folder], { stdio: 'pipe' })
      remove()
    },
  }
}

const canMount = (() => {
  using disk = smallDisk(MB)
  return disk !== undefined
})()

async function hubWith(bytes: number, bytesPerSecond?: number): Promise<FakeHub> {
  const hub = await FakeHub.start()
  const faults = bytesPerSecond === undefined ? {} : { bytesPerSecond }
  hub.add('owner/name', [new FakeFile('m.gguf', modelBytes(bytes), faults)])
  hub.add('owner/other', [new FakeFile('o.gguf', modelBytes(bytes, 2), faults)])
  return hub
}

describe('D6: disk space', () => {
  it('is asked for before anything is written', async () => {
    await using hub = await hubWith(MB)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, {
      settings: { reserveBytes: 2e9 },
      freeBytes: async () => 2e9 + MB - 1,
    })
    await expect(test.add('hf:owner/name')).rejects.toMatchObject({
      code: 'insufficient_storage',
      status: 507,
      message: expect.stringContaining('kept in reserve'),
    })
    expect(hub.bytesSent).toBe(0)
    expect(readdirSync(home.models)).toEqual([])
    expect(test.room.downloads.list()).toEqual([])
  })

  it('counts what other downloads will still take', async () => {
    await using hub = await hubWith(4 * MB, 4 * MB)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, { freeBytes: async () => 6 * MB })
    const { id } = await test.add('hf:owner/name')
    await expect(test.add('hf:owner/other')).rejects.toMatchObject({ code: 'insufficient_storage' })
    await test.until(id, 'done')
    await test.fetch('hf:owner/other')
  })

  it('is looked at while bytes come: below the reserve the download stops, and goes on when there is room', async () => {
    await using hub = await hubWith(40 * MB, 5 * MB)
    using home = new Home()
    let free = 1e9
    await using test = await TestRoom.start(hub.origin, home, {
      settings: { reserveBytes: 1e8 },
      freeBytes: async () => free,
    })
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done > 0)
    free = 1e8 - 1
    const failed = await test.until(id, 'failed')
    expect(failed.error).toMatchObject({
      code: 'insufficient_storage',
      message: expect.stringContaining('kept'),
    })
    expect(failed.done).toBeGreaterThan(0)
    expect(home.partNames).toEqual([id])
    free = 1e9
    const file = hub.models.get('owner/name')?.files[0] as FakeFile
    file.faults = {}
    await test.room.downloads.command(id, 'retry')
    await test.until(id, 'done')
    expect(hub.bytesSent).toBeLessThan(44 * MB)
  })

  it.runIf(canMount)('on a disk of 1 MB is refused with 507, and nothing is left on it', async () => {
    using disk = smallDisk(MB) as Disposable & { folder: string }
    await using hub = await hubWith(2 * MB)
    using home = new Home(join(disk.folder, 'home'))
    await using test = await TestRoom.start(hub.origin, home)
    await expect(test.add('hf:owner/name')).rejects.toMatchObject({
      code: 'insufficient_storage',
      status: 507,
    })
    expect(readdirSync(home.models)).toEqual([])
  })

  it.runIf(canMount)(
    'that others take meanwhile ends the download, cleans up, and lets a later one through',
    async () => {
      using disk = smallDisk(24 * MB) as Disposable & { folder: string }
      await using hub = await hubWith(16 * MB, 16 * MB)
      using home = new Home()
      // The database stays elsewhere: here it is the models' disk that fills up.
      const models = join(disk.folder, 'models')
      mkdirSync(models)
      await using test = await TestRoom.start(hub.origin, home, { paths: { home: home.folder, models } })
      const { id } = await test.add('hf:owner/name')
      await test.until(id, ({ done }) => done > MB)
      const hog = join(disk.folder, 'hog')
      writeFileSync(hog, Buffer.alloc(12 * MB))
      const failed = await test.until(id, 'failed')
      expect(failed.error).toMatchObject({ code: 'insufficient_storage' })
      expect(readdirSync(join(models, '.downloads'))).toEqual([])
      const { bavail, bsize } = statfsSync(models)
      expect(bavail * bsize).toBeGreaterThan(11 * MB)
      rmSync(hog)
      await test.fetch('hf:owner/name')
      expect(readdirSync(models)).toContain('m.gguf')
    },
  )
})
