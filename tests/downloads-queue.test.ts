import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { Home, hurriedClock, TestRoom } from './hub/room.ts'

const MB = 1024 * 1024

async function hubWith(...files: FakeFile[]): Promise<FakeHub> {
  const hub = await FakeHub.start()
  hub.add('owner/name', files)
  return hub
}

describe('a database that somebody looks into', () => {
  it('does not end a transfer; what has to be kept and cannot be is said, and can be tried again', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(4 * MB), { bytesPerSecond: 4 * MB }))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done > 0)
    using other = new DatabaseSync(join(home.folder, 'impetus.db'))
    other.exec('BEGIN IMMEDIATE')
    await test.until(id, ({ done }) => done > 2 * MB)
    await expect(test.room.downloads.command(id, 'pause')).rejects.toMatchObject({
      code: 'database_busy',
      status: 503,
    })
    expect(test.room.downloads.get(id).state).toBe('running')
    expect((await test.until(id, 'failed')).error?.code).toBe('database_busy')
    other.exec('ROLLBACK')
    await test.room.downloads.command(id, 'retry')
    await test.until(id, 'done')
    expect(hub.bytesSent).toBeLessThan(6 * MB)
  })
})

describe('the queue', () => {
  it('runs so many at a time, in order, and more when the setting says so', async () => {
    const hub = await FakeHub.start()
    await using _hub = hub
    const names = ['a', 'b', 'c', 'd']
    for (const [index, name] of names.entries())
      hub.add(`owner/${name}`, [
        new FakeFile(`${name}.gguf`, modelBytes(2 * MB, index + 1), { bytesPerSecond: 4 * MB }),
      ])
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, { settings: { parallel: 1 } })
    const ids: string[] = []
    for (const name of names) ids.push((await test.add(`hf:owner/${name}`)).id)
    const states = () => ids.map(id => test.room.downloads.get(id).state)
    expect(states()).toEqual(['running', 'queued', 'queued', 'queued'])
    await test.until(ids[0] as string, 'done')
    expect(states().slice(1)).toEqual(['running', 'queued', 'queued'])
    test.settings = { ...test.settings, parallel: 3 }
    test.bus.tell('settings.changed', { keys: ['downloads.parallel'], restartNeeded: [] })
    expect(states().slice(1)).toEqual(['running', 'running', 'running'])
    for (const id of ids) await test.until(id, 'done')
    expect(test.room.downloads.list().map(({ id }) => id)).toHaveLength(4)
  })

  it('goes on after a restart, with what was paused still paused', async () => {
    const files = ['a', 'b', 'c'].map(
      (name, index) =>
        new FakeFile(`${name}.gguf`, modelBytes(8 * MB, index + 1), { bytesPerSecond: 8 * MB }),
    )
    await using hub = await FakeHub.start()
    for (const file of files) hub.add(`owner/${file.path[0]}`, [file])
    using home = new Home()
    const ids: string[] = []
    {
      await using test = await TestRoom.start(hub.origin, home)
      for (const name of 'abc') ids.push((await test.add(`hf:owner/${name}`)).id)
      await test.until(ids[0] as string, ({ done }) => done > 3 * MB)
      await test.room.downloads.command(ids[1] as string, 'pause')
      await test.until(ids[2] as string, ({ done }) => done > 0)
    }
    // What a killed process may leave of a download that is no more.
    mkdirSync(join(home.models, '.downloads', 'dl_gone'))
    const sent = hub.bytesSent
    await using test = await TestRoom.start(hub.origin, home, { clock: hurriedClock(1) })
    expect(readdirSync(join(home.models, '.downloads'))).not.toContain('dl_gone')
    expect(test.room.downloads.get(ids[1] as string).state).toBe('paused')
    const first = test.room.downloads.get(ids[0] as string)
    expect(first.done).toBeGreaterThan(3 * MB)
    await test.until(ids[0] as string, 'done')
    await test.until(ids[2] as string, 'done')
    await test.room.downloads.command(ids[1] as string, 'resume')
    await test.until(ids[1] as string, 'done')
    expect(sent).toBeGreaterThan(4 * MB)
    expect(hub.bytesSent).toBeLessThan(24 * MB + 6 * MB)
    for (const file of files)
      expect(readFileSync(join(home.models, file.path)).equals(file.content)).toBe(true)
  })
})
