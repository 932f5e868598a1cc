import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { Home, TestRoom } from './hub/room.ts'

const MB = 1024 * 1024

async function hubWith(...files: FakeFile[]): Promise<FakeHub> {
  const hub = await FakeHub.start()
  hub.add('owner/name', files)
  return hub
}

describe('a download', () => {
  it('brings a file whole, checked, told of, and leaves nothing beside it', async () => {
    const file = new FakeFile('m-Q4_K_M.gguf', modelBytes(30 * MB + 7))
    await using hub = await hubWith(file, new FakeFile('m-Q8_0.gguf', modelBytes(100)))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const started = await test.add('hf:owner/name:q4_k_m')
    expect(started).toMatchObject({
      state: 'running',
      bytes: file.content.length,
      quantization: 'Q4_K_M',
      error: null,
    })
    expect(home.modelNames).toEqual([])
    const done = await test.until(started.id, 'done')
    expect(done).toMatchObject({
      done: file.content.length,
      finishedAt: expect.any(Number),
      bytesPerSecond: null,
    })
    expect(done.files).toEqual([
      {
        name: 'm-Q4_K_M.gguf',
        bytes: file.content.length,
        done: file.content.length,
        sha256: file.sha256,
        verified: true,
      },
    ])
    expect(readFileSync(join(home.models, 'm-Q4_K_M.gguf')).equals(file.content)).toBe(true)
    expect(statSync(join(home.models, 'm-Q4_K_M.gguf')).mode & 0o777).toBe(0o600)
    expect(home.modelNames).toEqual(['m-Q4_K_M.gguf'])
    expect(home.partNames).toEqual([])
    expect(test.ready).toEqual([join(home.models, 'm-Q4_K_M.gguf')])
    expect(hub.bytesSent).toBe(file.content.length)
    const ranges = hub.requestsFor('/storage/').map(({ headers }) => headers.range)
    expect(new Set(ranges).size).toBe(ranges.length)
    expect(ranges.length).toBeGreaterThan(3)
  })

  it('is pinned to a commit and asks every later piece for the same version', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(20 * MB)))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { revision } = await test.fetch('hf:owner/name')
    expect(revision).toMatch(/^[0-9a-f]{40}$/)
    for (const { path } of hub.requestsFor('/resolve/')) expect(path).toContain(`/resolve/${revision}/`)
    const [first, ...later] = hub.requestsFor('/storage/')
    expect(first?.headers['if-range']).toBeUndefined()
    expect(later.length).toBeGreaterThan(0)
    for (const { headers } of later)
      expect(headers['if-range']).toBe(hub.models.get('owner/name')?.files[0]?.etag())
  })

  it('of a split model is one job, whose parts show up together', async () => {
    const parts = [1, 2, 3].map(
      part =>
        new FakeFile(`Q8/m-Q8_0-0000${part}-of-00003.gguf`, modelBytes(2 * MB, part), {
          bytesPerSecond: 8 * MB,
        }),
    )
    await using hub = await hubWith(...parts)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const seen = new Set<number>()
    test.bus.listen(() => seen.add(home.modelNames.length))
    const done = await test.fetch('hf:owner/name:Q8_0')
    expect(done.files).toHaveLength(3)
    expect(home.modelNames).toEqual(parts.map(part => part.path.slice(3)))
    for (const part of parts)
      expect(readFileSync(join(home.models, part.path.slice(3))).equals(part.content)).toBe(true)
    // Until the last byte of the last part is checked, nobody sees any.
    expect([...seen].sort()).toEqual([0, 3])
    expect(test.ready).toEqual([join(home.models, 'm-Q8_0-00001-of-00003.gguf')])
  })

  it('from a plain address is checked against the hash that was given', async () => {
    await using hub = await FakeHub.start()
    const file = new FakeFile('x.gguf', modelBytes(5 * MB))
    const url = hub.addPlain('some/x.gguf', file)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const wrong = await test.add(`${url}?secret=1`, '0'.repeat(64))
    expect(wrong.reference).toBe(url)
    expect((await test.until(wrong.id, 'failed')).error?.code).toBe('hash_mismatch')
    expect(home.modelNames).toEqual([])
    const right = await test.fetch(url, file.sha256.toUpperCase())
    expect(right).toMatchObject({ repo: null, revision: null, done: 5 * MB })
    expect(home.modelNames).toEqual(['x.gguf'])
    expect(test.lines.join('')).not.toContain('secret')
  })

  it('takes the name that is free when another model has its own', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(1000)))
    using home = new Home()
    writeFileSync(join(home.models, 'M.gguf'), 'mine')
    await using test = await TestRoom.start(hub.origin, home)
    await test.fetch('hf:owner/name')
    expect(home.modelNames).toEqual(['M.gguf', 'owner-m.gguf'])
    expect(readFileSync(join(home.models, 'M.gguf'), 'utf8')).toBe('mine')
  })

  it('steps aside for a file that was put there while it ran', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(2 * MB), { bytesPerSecond: 8 * MB }))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { id } = await test.add('hf:owner/name')
    writeFileSync(join(home.models, 'm.gguf'), 'mine')
    await test.until(id, 'done')
    expect(home.modelNames).toEqual(['m.gguf', 'owner-m.gguf'])
    expect(readFileSync(join(home.models, 'm.gguf'), 'utf8')).toBe('mine')
  })

  it('tells of its progress with rate and time left, at most ten times a second', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(12 * MB), { bytesPerSecond: 6 * MB }))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { id } = await test.fetch('hf:owner/name')
    const running = test.told.filter(({ download }) => download.id === id && download.state === 'running')
    const seconds = ((running.at(-1)?.time ?? 0) - (running[0]?.time ?? 0)) / 1000
    expect(seconds).toBeGreaterThan(1)
    expect(running.length).toBeLessThanOrEqual(10 * seconds)
    expect(running.length).toBeGreaterThan(4)
    const rates = running.map(({ download }) => download.bytesPerSecond).filter(rate => rate !== null)
    expect(rates.at(-1)).toBeGreaterThan(3 * MB)
    expect(rates.at(-1)).toBeLessThan(9 * MB)
    const halfway = running.find(({ download }) => download.done > 6 * MB && download.secondsLeft !== null)
    expect(halfway?.download.secondsLeft).toBeGreaterThan(0.2)
    expect(halfway?.download.secondsLeft).toBeLessThan(3)
    const done = running.map(({ download }) => download.done)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
  })

  it('keeps to the bandwidth limit, and feels its change', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(4 * MB)))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, { settings: { bytesPerSecond: 2 * MB } })
    const started = performance.now()
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done >= 2 * MB)
    expect(performance.now() - started).toBeGreaterThan(600)
    test.settings = { ...test.settings, bytesPerSecond: null }
    const freed = performance.now()
    await test.until(id, 'done')
    expect(performance.now() - freed).toBeLessThan(900)
  })
})

describe('the same file', () => {
  it('is fetched once however often it is asked for', async () => {
    const file = new FakeFile('m.gguf', modelBytes(8 * MB), { bytesPerSecond: 16 * MB })
    await using hub = await hubWith(file)
    hub.add('copy/cat', [new FakeFile('other.gguf', file.content)])
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const asked = ['hf:owner/name', 'hf:owner/name/m.gguf', 'hf:owner/name', 'hf:copy/cat']
    const answers = await Promise.all(asked.map(reference => test.add(reference)))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    const id = answers[0]?.id as string
    await test.until(id, 'done')
    expect(hub.bytesSent).toBe(8 * MB)
    expect((await test.add('hf:owner/name')).id).toBe(id)
    expect(home.modelNames).toHaveLength(1)
    rmSync(join(home.models, home.modelNames[0] as string))
    const again = await test.add('hf:owner/name')
    expect(again.id).not.toBe(id)
    await test.until(again.id, 'done')
    expect(hub.bytesSent).toBe(16 * MB)
  })

  it('goes on when it is asked for while paused or failed', async () => {
    const file = new FakeFile('m.gguf', modelBytes(8 * MB), { bytesPerSecond: 8 * MB })
    await using hub = await hubWith(file)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done > 2 * MB)
    await test.room.downloads.command(id, 'pause')
    const again = await test.add('hf:owner/name')
    expect(again).toMatchObject({ id, state: expect.stringMatching(/queued|running/) })
    await test.until(id, 'done')
    expect(hub.bytesSent).toBeLessThan(9 * MB)
  })
})

describe('commands', () => {
  it('pause keeps what is there and resume goes on from it', async () => {
    const file = new FakeFile('m.gguf', modelBytes(16 * MB), { bytesPerSecond: 16 * MB })
    await using hub = await hubWith(file)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done > 4 * MB)
    const paused = await test.room.downloads.command(id, 'pause')
    expect(paused).toMatchObject({ state: 'paused', bytesPerSecond: null, error: null })
    const sent = hub.bytesSent
    await new Promise(resolve => setTimeout(resolve, 150))
    expect(hub.bytesSent).toBe(sent)
    expect(test.room.downloads.get(id)).toEqual({
      ...paused,
      done: test.room.downloads.get(id).done,
      files: expect.anything(),
    })
    await test.room.downloads.command(id, 'resume')
    await test.until(id, 'done')
    expect(readFileSync(join(home.models, 'm.gguf')).equals(file.content)).toBe(true)
    // What was on its way in four connections when they were closed.
    expect(hub.bytesSent).toBeLessThan(20 * MB)
  })

  it('cancel deletes what is there, retry begins anew, remove takes it off the list', async () => {
    const file = new FakeFile('m.gguf', modelBytes(8 * MB), { bytesPerSecond: 8 * MB })
    await using hub = await hubWith(file)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done > MB)
    expect(home.partNames).toEqual([id])
    expect(await test.room.downloads.command(id, 'cancel')).toMatchObject({ state: 'cancelled', done: 0 })
    expect(home.partNames).toEqual([])
    expect(await test.room.downloads.command(id, 'cancel')).toMatchObject({ state: 'cancelled' })
    await expect(test.room.downloads.command(id, 'resume')).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
    })
    file.faults = {}
    await test.room.downloads.command(id, 'retry')
    await test.until(id, 'done')
    await expect(test.room.downloads.command(id, 'cancel')).rejects.toMatchObject({ code: 'conflict' })
    await test.room.downloads.remove(id)
    expect(test.removed).toEqual([id])
    expect(test.room.downloads.list()).toEqual([])
    expect(home.modelNames).toEqual(['m.gguf'])
    expect(() => test.room.downloads.get(id)).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  it('remove ends a download that runs', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(8 * MB), { bytesPerSecond: 4 * MB }))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done > 0)
    await test.room.downloads.remove(id)
    expect(home.partNames).toEqual([])
    expect(home.modelNames).toEqual([])
  })

  it('do not bring a second transfer of one file to life', async () => {
    await using hub = await hubWith(new FakeFile('m.gguf', modelBytes(4 * MB), { bytesPerSecond: 4 * MB }))
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const first = await test.add('hf:owner/name')
    await test.room.downloads.command(first.id, 'cancel')
    const second = await test.add('hf:owner/name')
    expect(second.id).not.toBe(first.id)
    await expect(test.room.downloads.command(first.id, 'retry')).rejects.toMatchObject({ code: 'conflict' })
  })
})
