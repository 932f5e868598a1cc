import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Bus } from '../platform/bus.ts'
import { Database } from '../platform/database.ts'
import { LogFile } from '../platform/log-file.ts'
import { createLogger } from '../platform/logger.ts'
import { Audit } from './audit.ts'
import { Keys } from './keys.ts'
import { Sessions } from './sessions.ts'

const day = 86_400_000

let folder: string
let now: number
let database: Database
const clock = { now: () => now, monotonic: () => now, after: () => () => undefined }
const log = createLogger({ write: () => undefined }, 'silent')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-security-'))
  now = 1_800_000_000_000
  database = new Database({ path: join(folder, 'impetus.db'), backups: join(folder, 'backups'), log })
  database.start()
})
afterEach(() => {
  database.stop()
  rmSync(folder, { recursive: true, force: true })
})

function started<T extends { start(): void }>(room: T): T {
  room.start()
  return room
}

describe('keys', () => {
  const wish = { name: 'k', scopes: ['inference'], expiresAt: null } as const

  test('expire at their time, and are not counted from then on', () => {
    const keys = started(new Keys(database, clock))
    const { key } = keys.create({ ...wish, expiresAt: now + day })
    expect(keys.check(key).kind).toBe('good')
    expect(keys.validCount).toBe(1)
    now += day
    expect(keys.check(key).kind).toBe('expired')
    expect(keys.validCount).toBe(0)
    expect(keys.list()).toHaveLength(1)
  })

  test('the last use is written once a minute', () => {
    const keys = started(new Keys(database, clock))
    const { key, info } = keys.create(wish)
    const written = () => database.get('SELECT last_used_at FROM keys WHERE id = ?', info.id)?.last_used_at
    keys.check(key)
    const first = now
    now += 59_000
    keys.check(key)
    expect(written()).toBe(first)
    now += 1000
    keys.check(key)
    expect(written()).toBe(now)
    expect(keys.list()[0]?.lastUsedAt).toBe(now)
  })

  test('a revoked key stays revoked after a restart and after a restored backup', async () => {
    const keys = started(new Keys(database, clock))
    const { key, info } = keys.create(wish)
    expect(keys.revoke(info.id)).toBe('k')
    expect(keys.revoke(info.id)).toBeNull()
    await keys.backUp()
    expect(started(new Keys(database, clock)).check(key).kind).toBe('revoked')
    database.stop()
    rmSync(join(folder, 'impetus.db'))
    const damaged = new Database({ path: join(folder, 'impetus.db'), backups: join(folder, 'backups'), log })
    // What a flipped page does to the file; the newest backup takes its place.
    rmSync(join(folder, 'impetus.db-wal'), { force: true })
    writeFileSync(join(folder, 'impetus.db'), 'this is no database '.repeat(500))
    damaged.start()
    expect(damaged.origin).toBe('restored')
    expect(started(new Keys(damaged, clock)).check(key).kind).toBe('revoked')
    damaged.stop()
    database.start()
  })

  test.each([
    '',
    'imp_',
    `imp_${'a'.repeat(42)}`,
    `imp_${'a'.repeat(44)}`,
    `imp_${'é'.repeat(43)}`,
    'x'.repeat(100_000),
  ])('what does not look like a key is none (%#)', sent => {
    expect(started(new Keys(database, clock)).check(sent).kind).toBe('unknown')
  })
})

describe('sessions', () => {
  test('end after a week without use, and after a month with it', () => {
    const sessions = started(new Sessions(database, clock))
    const idle = sessions.create('Firefox').token
    now += 7 * day
    expect(sessions.find(idle)).toBeNull()
    const used = sessions.create('Safari').token
    for (let n = 0; n < 5; n++) {
      now += 5 * day
      expect(sessions.find(used)).not.toBeNull()
    }
    now += 5 * day
    expect(sessions.find(used)).toBeNull()
    expect(sessions.list(undefined)).toEqual([])
  })

  test('outlive a restart, with the use noted', () => {
    const { token, id } = started(new Sessions(database, clock)).create('Firefox')
    now += 6 * day
    started(new Sessions(database, clock)).find(token)
    now += 6 * day
    const again = started(new Sessions(database, clock))
    expect(again.find(token)?.id).toBe(id)
    expect(JSON.stringify(database.all('SELECT * FROM sessions'))).not.toContain(token)
  })

  test('the hundred-and-first ends the oldest', () => {
    const sessions = started(new Sessions(database, clock))
    const first = sessions.create('first').token
    for (let n = 0; n < 99; n++) sessions.create(`n${n}`)
    expect(sessions.find(first)).not.toBeNull()
    sessions.create('one more')
    expect(sessions.find(first)).toBeNull()
    expect(sessions.list(undefined)).toHaveLength(100)
  })
})

describe('the audit log', () => {
  function open() {
    const path = join(folder, 'audit.jsonl')
    const bus = new Bus(error => {
      throw error
    })
    const file = new LogFile({ path, maxBytes: 1e6, maxFiles: 2 })
    const audit = new Audit({ path, bus, clock, file })
    audit.start()
    return { audit, bus, path }
  }

  test('a flood leaves a bounded number of lines, says how many are missing, and hides no other event', async () => {
    const { audit, path } = open()
    for (let n = 0; n < 10_000; n++) {
      now += 1
      audit.record('host.refused', { host: `h${n}` })
    }
    audit.record('key.created', { name: 'k' })
    now += 1000
    audit.record('host.refused', { host: 'last' })
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(lines.length).toBeLessThan(80)
    const [last, key] = await audit.latest(2)
    expect(key).toMatchObject({ event: 'key.created' })
    expect(last).toMatchObject({ event: 'host.refused', fields: { host: 'last' } })
    const entries = await audit.latest(1000)
    const counted = entries
      .filter(entry => entry.event === 'host.refused')
      .reduce((sum, entry) => sum + 1 + (entry.suppressed ?? 0), 0)
    expect(counted).toBe(10_001)
  })

  test('hears of settings, loads and crashes; tells the bus', async () => {
    const { audit, bus } = open()
    const told: string[] = []
    bus.listen((topic, data) => {
      if (topic === 'audit.recorded' && 'event' in data) told.push(data.event)
    })
    bus.tell('settings.changed', { keys: ['server.port', 'logs.level'], restartNeeded: [] })
    for (const state of ['loading', 'loaded', 'crashed', 'quarantined', 'unloaded'] as const) {
      bus.tell('model.changed', {
        model: 'm',
        state,
        progress: null,
        reason: state === 'crashed' ? 'SIGSEGV' : null,
        roomFor: null,
      })
    }
    expect(told).toEqual(['settings.changed', 'model.loaded', 'model.crashed', 'model.quarantined'])
    const entries = (await audit.latest(10)).reverse()
    expect(entries.map(entry => entry.fields)).toEqual([
      { keys: 'server.port, logs.level' },
      { model: 'm', reason: null },
      { model: 'm', reason: 'SIGSEGV' },
      { model: 'm', reason: null },
    ])
    audit.stop()
    bus.tell('settings.changed', { keys: [], restartNeeded: [] })
    expect(told).toHaveLength(4)
  })

  test('what a stranger sends is cut and cannot forge a line; a damaged line is left out', async () => {
    const { audit, path } = open()
    audit.record('host.refused', { host: `x\n{"event":"forged"}${'y'.repeat(10_000)}` })
    expect(readFileSync(path, 'utf8').length).toBeLessThan(400)
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1)
    expect(await audit.latest(5)).toHaveLength(1)
  })

  test('no file yet is an empty log', async () => {
    const { audit } = open()
    expect(await audit.latest(5)).toEqual([])
  })
})
