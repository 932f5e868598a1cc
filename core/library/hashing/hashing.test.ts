import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FileTools } from '../../engine/inspector/tools.ts'
import { Bus } from '../../platform/bus.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { Database } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import { Hashes } from '../store/hashes.ts'
import { migrations } from '../store/migrations.ts'
import type { InstalledModel } from '../types.ts'
import { Hashing } from './hashing.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
let folder: string
let database: Database
let waits: { milliseconds: number; run: () => void }[]
let read: string[]
let busy: boolean
let models: InstalledModel[]
let bus: Bus
let hashing: Hashing

/** Timers that go off when the test says so. */
const clock: Clock = {
  ...systemClock,
  after(milliseconds, run) {
    const wait = { milliseconds, run }
    waits.push(wait)
    return () => {
      waits = waits.filter(other => other !== wait)
    }
  },
}
const tools: Pick<FileTools, 'hash'> = {
  async hash(path) {
    read.push(path)
    if (path.includes('gone')) throw new Error('gone')
    return { sha256: 'a'.repeat(64), print: `${path.length}:5:0` }
  },
}

function model(id: string): InstalledModel {
  const path = `/m/${id}`
  return {
    id,
    path,
    parts: [path],
    partsExpected: 1,
    aliases: [],
    bytes: 5,
    origin: 'models',
    format: 'gguf',
    modifiedAt: 0,
    fingerprint: `${path.length}:5:0`,
    description: null,
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-hashing-'))
  database = new Database({ path: join(folder, 'impetus.db'), backups: join(folder, 'backups'), log })
  database.start()
  database.migrate('library', migrations)
  waits = []
  read = []
  busy = false
  models = []
  bus = new Bus(error => {
    throw error
  })
  hashing = new Hashing({
    models: () => models,
    hashes: new Hashes(database),
    tools: tools as FileTools,
    busy: () => busy,
    mode: () => 'all',
    bus,
    clock,
    log,
    pause: { start: 60_000, between: 2_000 },
  })
  hashing.start()
})
afterEach(async () => {
  await hashing.stop()
  database.stop()
  rmSync(folder, { recursive: true })
})

/** Lets the next timer go off; answers how long it was set for. */
async function next(): Promise<number | undefined> {
  const wait = waits.shift()
  wait?.run()
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  await new Promise(resolve => setImmediate(resolve))
  return wait?.milliseconds
}

it('reads one file after the other, each once, and sleeps until something changes', async () => {
  models = [model('one'), model('gone!')]
  expect(await next()).toBe(60_000)
  expect(await next()).toBe(2_000)
  expect(read.sort()).toEqual(['/m/gone!', '/m/one'])
  expect(await next()).toBe(2_000)
  expect(waits).toEqual([])
  models = [...models, model('another')]
  bus.tell('models.changed', { count: 3 })
  expect(await next()).toBe(2_000)
  expect(read.at(-1)).toBe('/m/another')
})

it('waits while the machine has better to do', async () => {
  models = [model('one')]
  busy = true
  await next()
  expect(await next()).toBe(30_000)
  expect(read).toEqual([])
  busy = false
  await next()
  expect(read).toEqual(['/m/one'])
})
