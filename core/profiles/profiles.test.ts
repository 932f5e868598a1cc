import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { profileValues } from '../contract/profiles.ts'
import { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { builtInProfiles } from './built-in.ts'
import { Profiles } from './profiles.ts'
import { ProfileStore } from './store.ts'

const warnings: string[] = []
const log: Log = {
  debug() {},
  info() {},
  warn: text => warnings.push(text),
  error() {},
  child: () => log,
}
let folder = ''
let database: Database

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-profiles-'))
  database = new Database({ path: join(folder, 'impetus.db'), backups: join(folder, 'backups'), log })
  database.start()
  warnings.length = 0
})
afterEach(async () => {
  database.stop()
  await rm(folder, { recursive: true })
})

function open(defaultProfile: string | null = null) {
  const store = new ProfileStore(database, log)
  store.start()
  let changes = 0
  const profiles = new Profiles({
    store,
    common: () => ({ threads: 3, idleMinutes: 30 }),
    defaultProfile: () => defaultProfile,
    changed: () => changes++,
  })
  return { profiles, changes: () => changes }
}

describe('a model’s configuration', () => {
  it('is the settings, over them the profile, over that its own values; kept over a restart', () => {
    const { profiles, changes } = open()
    const values = { slots: 3, pinned: true, sampling: { temperature: 0.2 } }
    expect(profiles.configure('m', { profile: 'battery', values, open: [] })).toEqual([
      { key: 'batchSize', from: null, to: 128 },
      { key: 'idleMinutes', from: 30, to: 5 },
      { key: 'pinned', from: null, to: true },
      { key: 'sampling.temperature', from: null, to: 0.2 },
      { key: 'slots', from: null, to: 3 },
      { key: 'threads', from: 3, to: 2 },
    ])
    expect(changes()).toBe(1)
    const again = open().profiles
    expect(again.configuration('m', false)).toEqual({
      model: 'm',
      profile: 'battery',
      own: values,
      effective: {
        threads: 2,
        slots: 3,
        batchSize: 128,
        idleMinutes: 5,
        pinned: true,
        sampling: { temperature: 0.2 },
      },
      reloadNeeded: false,
    })
    expect(again.loadOptions('m')).toEqual({ threads: 2, slots: 3, batchSize: 128 })
    again.configure('m', { profile: null, values: {}, open: ['slots', 'pinned', 'sampling'] })
    expect(database.all('SELECT * FROM model_configurations')).toEqual([])
    expect(open().profiles.effective('m')).toEqual({ threads: 3, idleMinutes: 30 })
  })

  it('needs a reload for what counts when loading, and only then', () => {
    const { profiles } = open()
    profiles.loadOptions('m')
    profiles.configure('m', { values: { pinned: true, sampling: { topK: 1 }, idleMinutes: null }, open: [] })
    expect(profiles.configuration('m', true).reloadNeeded).toBe(false)
    profiles.configure('m', { values: { kvCacheType: 'q8_0' }, open: [] })
    expect(profiles.configuration('m', true).reloadNeeded).toBe(true)
    expect(profiles.configuration('m', false).reloadNeeded).toBe(false)
    profiles.loadOptions('m')
    expect(profiles.configuration('m', true).reloadNeeded).toBe(false)
  })

  it('falls back on the default profile', () => {
    const { profiles } = open('fast')
    expect(profiles.effective('m')).toMatchObject({ contextLength: 8192 })
    profiles.configure('m', { profile: 'balanced', values: {}, open: [] })
    expect(profiles.effective('m').contextLength).toBe(undefined)
    expect(open('gone').profiles.effective('other')).toEqual({ threads: 3, idleMinutes: 30 })
  })
})

describe('profiles', () => {
  it('that come with Impetus fit the contract and cannot be changed', () => {
    const { profiles } = open()
    for (const [name, { values }] of Object.entries(builtInProfiles)) {
      expect(profileValues.parse(values)).toEqual(values)
      expect(() => profiles.replace(name, { values: {} })).toThrow('Copy it')
      expect(() => profiles.delete(name)).toThrow('Copy it')
      expect(() => profiles.create(name, {})).toThrow('already')
    }
  })

  it('can be made, copied, edited and deleted', () => {
    const { profiles } = open()
    profiles.create('mine', { copyOf: 'fast', description: 'Mine', values: { slots: 2 } })
    const shown = () =>
      open()
        .profiles.list()
        .find(({ name }) => name === 'mine')
    expect(shown()).toEqual({
      name: 'mine',
      builtIn: false,
      description: 'Mine',
      values: { contextLength: 8192, slots: 2, flashAttention: true },
      usedBy: [],
    })
    profiles.replace('mine', { values: { threads: 8 } })
    expect(shown()).toMatchObject({ description: 'Mine', values: { threads: 8 } })
    profiles.configure('m', { profile: 'mine', values: {}, open: [] })
    expect(profiles.preview('fast', 'm')).toEqual([
      { key: 'contextLength', from: null, to: 8192 },
      { key: 'flashAttention', from: null, to: true },
      { key: 'slots', from: null, to: 1 },
      { key: 'threads', from: 8, to: 3 },
    ])
    expect(() => profiles.delete('mine')).toThrow('is used by m')
    profiles.configure('m', { profile: null, values: {}, open: [] })
    profiles.delete('mine')
    expect(shown()).toBe(undefined)
    expect(() => profiles.preview('mine', 'm')).toThrow('There are: fast, balanced, long-context, battery')
    expect(() => profiles.create('x', { copyOf: 'mine' })).toThrow('no profile')
    expect(() => profiles.configure('m', { profile: 'mine', values: {}, open: [] })).toThrow('no profile')
  })

  it('that were stored and make no sense are left open, key by key', () => {
    open().profiles.create('mine', { values: { slots: 2, threads: 4 } })
    database.run(`UPDATE profiles SET profile_values = '{"slots":2,"threads":"many","colour":"red"}'`)
    expect(open().profiles.list().at(-1)?.values).toEqual({ slots: 2 })
    expect(warnings).toEqual(['stored values that make no sense'])
  })
})
