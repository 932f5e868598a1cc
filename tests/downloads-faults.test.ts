import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, type Faults, modelBytes } from './hub/files.ts'
import { Home, hurriedClock, type RoomOptions, TestRoom } from './hub/room.ts'

const MB = 1024 * 1024

/** Waits pass so many times faster, but for servers that bring nothing: those have `patience` milliseconds. */
function hurriedBy(factor: number, patience = 2000): RoomOptions {
  const milliseconds = patience * factor
  return { clock: hurriedClock(factor), stallMilliseconds: milliseconds, headersMilliseconds: milliseconds }
}

/** Every name leads to this one address, which counts as public. */
function onlyAt(address: string): RoomOptions {
  return { resolve: async () => [{ address, family: isIP(address) }], isPublic: each => each === address }
}

interface Set {
  readonly hub: FakeHub
  readonly file: FakeFile
  readonly home: Home
  readonly test: TestRoom
}

/** A hub with one file, as m.gguf of owner/name and at a plain address, a home, and a room. */
async function withFile(
  {
    bytes = 9 * MB,
    faults = {},
    listed = {},
    options = hurriedBy(100),
  }: {
    bytes?: number
    faults?: Faults
    listed?: { sha256?: string; bytes?: number }
    options?: RoomOptions
  },
  use: (set: Set) => Promise<void>,
): Promise<void> {
  await using hub = await FakeHub.start()
  const file = new FakeFile('m.gguf', modelBytes(bytes), faults, listed)
  hub.add('owner/name', [file])
  hub.addPlain('files/m.gguf', file)
  using home = new Home()
  await using test = await TestRoom.start(hub.origin, home, options)
  await use({ hub, file, home, test })
}

function expectWhole({ home, file }: Set): void {
  expect(home.modelNames).toEqual(['m.gguf'])
  expect(readFileSync(join(home.models, 'm.gguf')).equals(file.content)).toBe(true)
  expect(home.partNames).toEqual([])
}

function expectNothing({ home }: Set): void {
  expect(home.modelNames).toEqual([])
  expect(home.partNames).toEqual([])
}

describe('D1: a cut', () => {
  it('at half of the file, everywhere and once, costs next to nothing', () =>
    withFile({ bytes: 16 * MB, faults: { cutAt: 2 * MB, times: 4 } }, async set => {
      await set.test.fetch('hf:owner/name')
      expectWhole(set)
      expect(set.hub.bytesSent).toBeLessThan(16 * MB * 1.02)
    }))

  it('of a transfer without ranges begins anew, and ends', () =>
    withFile({ faults: { ignoresRange: true, cutAt: 4 * MB, times: 3 } }, async set => {
      await set.test.fetch('hf:owner/name')
      expectWhole(set)
    }))
})

describe('D2: a server that does not do ranges as it should', () => {
  it.each<[string, Faults]>([
    ['ignores them', { ignoresRange: true }],
    ['refuses them with 416', { rangeRefused: true }],
    ['answers with other bytes than it was asked for', { rangeOff: 1000 }],
    ['names its version differently each time', { newEtag: true }],
    ['names no version', { noEtag: true }],
    ['ignores them only sometimes', { ignoresRange: true, times: 1 }],
  ])('and %s is fetched from all the same', (_name, faults) =>
    withFile({ faults }, async set => {
      await set.test.fetch('hf:owner/name')
      expectWhole(set)
      expect(set.hub.bytesSent).toBeLessThan(3 * 9 * MB)
    }),
  )

  it.each<[string, Faults]>([
    ['ignores them', { ignoresRange: true }],
    ['refuses them with 416', { rangeRefused: true }],
    ['answers with other bytes', { rangeOff: -4096 }],
  ])('and begins to (%s) after a pause is never spliced', (_name, faults) =>
    withFile({ faults: { bytesPerSecond: 18 * MB } }, async set => {
      const { id } = await set.test.add('hf:owner/name')
      await set.test.until(id, ({ done }) => done > 3 * MB)
      await set.test.room.downloads.command(id, 'pause')
      set.file.faults = faults
      await set.test.room.downloads.command(id, 'resume')
      await set.test.until(id, 'done')
      expectWhole(set)
    }),
  )

  it('a new version behind the same address is fetched whole, and only it', () =>
    withFile({ faults: { bytesPerSecond: 18 * MB } }, async set => {
      const { id } = await set.test.add(`${set.hub.origin}/plain/files/m.gguf`)
      await set.test.until(id, ({ done }) => done > 3 * MB)
      await set.test.room.downloads.command(id, 'pause')
      set.file.replace(modelBytes(9 * MB, 77))
      await set.test.room.downloads.command(id, 'resume')
      const done = await set.test.until(id, 'done')
      expect(done.files[0]?.sha256).toBe(set.file.sha256)
      expectWhole(set)
    }))

  it('a plain address that names no version begins anew after a pause', () =>
    withFile({ faults: { noEtag: true, bytesPerSecond: 18 * MB } }, async set => {
      const { id } = await set.test.add(`${set.hub.origin}/plain/files/m.gguf`)
      await set.test.until(id, ({ done }) => done > 3 * MB)
      await set.test.room.downloads.command(id, 'pause')
      set.file.replace(modelBytes(9 * MB, 77))
      await set.test.room.downloads.command(id, 'resume')
      await set.test.until(id, 'done')
      expectWhole(set)
    }))
})

describe('D4: what arrives is not what was promised', () => {
  it('one bit flipped: hash_mismatch, and the file is removed', () =>
    withFile({ faults: { flipAt: 5 * MB } }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'hash_mismatch' })
      expectNothing(set)
      expect(set.test.ready).toEqual([])
    }))

  it('and tried again after that it is fetched whole', () =>
    withFile({ faults: { flipAt: 5 * MB } }, async set => {
      await set.test.failure('hf:owner/name')
      set.file.faults = {}
      const { id } = await set.test.add('hf:owner/name')
      await set.test.until(id, 'done')
      expectWhole(set)
    }))

  it.each<[string, Faults]>([
    ['announces less', { lengthOff: -100 }],
    ['announces more', { lengthOff: 100 }],
    ['announces more, without ranges', { lengthOff: 100, ignoresRange: true }],
  ])('a server that %s is not believed', (_name, faults) =>
    withFile({ faults }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'download_failed' })
      expectNothing(set)
      expect(set.hub.requestsFor('/storage/').length).toBeLessThan(6)
    }),
  )

  it('a listing with another size than the file has', () =>
    withFile({ listed: { bytes: 5 * MB } }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'download_failed' })
      expectNothing(set)
    }))

  it('nothing at all', () =>
    withFile({ bytes: 0 }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'invalid_model' })
      expectNothing(set)
    }))

  it('a page in place of a model', async () => {
    await using hub = await FakeHub.start()
    const url = hub.addPlain(
      'files/m.gguf',
      new FakeFile('m.gguf', Buffer.from('<!doctype html><p>Please sign in</p>')),
    )
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    expect(await test.failure(url)).toMatchObject({ code: 'invalid_model' })
    expect(home.modelNames).toEqual([])
  })
})

describe('D8: a server that is slow, full or flaky', () => {
  it('stalls: the connection is given up and the rest fetched', () =>
    withFile({ faults: { stallAfter: MB, times: 4 }, options: hurriedBy(100, 300) }, async set => {
      await set.test.fetch('hf:owner/name')
      expectWhole(set)
      expect(set.hub.bytesSent).toBeLessThan(10 * MB)
    }))

  it('stalls for ever: ends with a clear word, keeping what there is', () =>
    withFile({ faults: { stallAfter: 100_000 }, options: hurriedBy(2000, 300) }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'hub_unavailable' })
      const [download] = set.test.room.downloads.list()
      expect(download?.done).toBeGreaterThan(0)
      expect(set.home.modelNames).toEqual([])
      set.file.faults = {}
      await set.test.room.downloads.command(download?.id as string, 'retry')
      await set.test.until(download?.id as string, 'done')
      expectWhole(set)
    }))

  it('sends a byte a second: counts as stalled', () =>
    withFile({ faults: { bytesPerSecond: 1 }, options: hurriedBy(3000, 300) }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'hub_unavailable' })
    }))

  it('resets every connection after each MB: goes on from there', () =>
    withFile({ bytes: 12 * MB, faults: { resetEvery: MB } }, async set => {
      await set.test.fetch('hf:owner/name')
      expectWhole(set)
      expect(set.hub.bytesSent).toBeLessThan(13 * MB)
    }))

  it.each([429, 503])('answers %i with Retry-After: waits as long, with one connection afterwards', status =>
    withFile(
      {
        faults: { status, headers: { 'retry-after': '20' }, times: 1 },
        options: hurriedBy(20),
      },
      async set => {
        const { id } = await set.test.add('hf:owner/name')
        const waiting = await set.test.until(id, ({ retryAt }) => retryAt !== null)
        expect((waiting.retryAt as number) - Date.now()).toBeGreaterThan(10_000)
        const asked = performance.now()
        await set.test.until(id, 'done')
        expect(performance.now() - asked).toBeGreaterThan(900)
        expectWhole(set)
      },
    ),
  )

  it('answers 503 for ever: gives up after a bounded number of tries', () =>
    withFile({ faults: { status: 503 }, options: hurriedBy(5000) }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'hub_unavailable' })
      expect(set.hub.requestsFor('/storage/').length).toBe(10)
      expect(set.test.room.downloads.list()[0]?.retryAt).toBeNull()
    }))

  it('asks for an hour of patience: says so instead of waiting', () =>
    withFile({ faults: { status: 429, headers: { 'retry-after': '3600' } } }, async set => {
      expect(await set.test.failure('hf:owner/name')).toMatchObject({ code: 'hub_unavailable' })
      expect(set.hub.requestsFor('/storage/').length).toBe(1)
    }))

  it('a storage whose signed address has expired is asked for anew', () =>
    withFile({}, async set => {
      await using cdn = await FakeHub.start({ host: '::1' })
      cdn.add('owner/name', [set.file])
      set.file.faults = { status: 403, times: 2 }
      set.hub.storage = `http://cdn.example:${cdn.port}`
      await using test = await TestRoom.start(set.hub.origin, set.home, {
        ...hurriedBy(100),
        ...onlyAt('::1'),
      })
      await test.fetch('hf:owner/name')
      expectWhole(set)
    }))

  it('can be cancelled while it waits and while it stalls', () =>
    withFile({ faults: { status: 503, headers: { 'retry-after': '60' } }, options: {} }, async set => {
      const { id } = await set.test.add('hf:owner/name')
      await set.test.until(id, ({ retryAt }) => retryAt !== null)
      const asked = performance.now()
      await set.test.room.downloads.command(id, 'cancel')
      expect(performance.now() - asked).toBeLessThan(1000)
      set.file.faults = { stallAfter: 300_000 }
      await set.test.room.downloads.command(id, 'retry')
      await set.test.until(id, ({ done }) => done > 0)
      await set.test.room.downloads.command(id, 'cancel')
      expectNothing(set)
    }))

  it('is gone: says that it cannot be reached', async () => {
    const hub = await FakeHub.start()
    hub.add('owner/name', [new FakeFile('m.gguf', modelBytes(9 * MB), { bytesPerSecond: 9 * MB })])
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, hurriedBy(2000))
    const { id } = await test.add('hf:owner/name')
    await test.until(id, ({ done }) => done > MB)
    await hub[Symbol.asyncDispose]()
    expect((await test.until(id, 'failed')).error).toMatchObject({
      code: 'hub_unavailable',
      message: expect.stringContaining('refuses connections'),
    })
  })
})

describe('D10: a gated model', () => {
  const gated = async (use: (set: Set) => Promise<void>) =>
    withFile({}, async set => {
      set.hub.add('owner/gated', set.hub.models.get('owner/name')?.files ?? [], { gated: 'manual' })
      set.hub.accounts.set('hf_friend', new Set(['owner/gated']))
      set.hub.accounts.set('hf_stranger', new Set())
      await use(set)
    })

  it.each([
    [undefined, 'gated_model'],
    ['hf_stranger', 'gated_model'],
    ['hf_expired', 'hub_token_refused'],
  ])('with the token %s is refused at once with %s', (token, code) =>
    gated(async set => {
      if (token !== undefined) set.test.room.token.set(token)
      await expect(set.test.add('hf:owner/gated')).rejects.toMatchObject({ code, status: 403 })
      expect(set.hub.seen.length).toBeLessThanOrEqual(3)
      expect(set.test.room.downloads.list()).toEqual([])
      expectNothing(set)
    }),
  )

  it('with a good token is fetched; the token goes to the hub only and into no log', () =>
    gated(async set => {
      await using cdn = await FakeHub.start({ host: '::1' })
      cdn.add('owner/gated', [set.file])
      set.hub.storage = `http://cdn.example:${cdn.port}`
      await using test = await TestRoom.start(set.hub.origin, set.home, {
        env: { HF_ENDPOINT: set.hub.origin, HF_TOKEN: ' hf_friend\n' },
        ...onlyAt('::1'),
      })
      await test.fetch('hf:owner/gated')
      expectWhole(set)
      const atHub = set.hub.requestsFor('/resolve/')
      expect(atHub.length).toBeGreaterThan(0)
      for (const { headers } of atHub) expect(headers.authorization).toBe('Bearer hf_friend')
      expect(cdn.seen.length).toBeGreaterThan(0)
      for (const { headers } of cdn.seen) expect(headers.authorization).toBeUndefined()
      expect(test.lines.join('')).not.toContain('hf_friend')
    }))

  it('taken away during the download ends it without further tries', () =>
    gated(async set => {
      set.test.room.token.set('hf_friend')
      set.file.faults = { cutAt: MB, bytesPerSecond: 9 * MB }
      const { id } = await set.test.add('hf:owner/gated')
      await set.test.until(id, ({ done }) => done > 0)
      set.hub.accounts.delete('hf_friend')
      expect((await set.test.until(id, 'failed')).error).toMatchObject({ code: 'hub_token_refused' })
      const asked = set.hub.seen.length
      await new Promise(resolve => setTimeout(resolve, 200))
      expect(set.hub.seen.length).toBe(asked)
    }))
})
