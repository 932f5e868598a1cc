import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ImpetusError } from '../../contract/errors.ts'
import { Database } from '../../platform/database.ts'
import { HandClock, requestAt, sampleAt, silent } from '../monitoring.testing.ts'
import { History } from './history.ts'
import { HistoryStore } from './store.ts'
import { merged, tiers } from './thinning.ts'

const hour = 3600_000
let folder: string
let database: Database
let clock: HandClock
let store: HistoryStore
let history: History

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'impetus-history-'))
  database = new Database({ path: path.join(folder, 'a.db'), backups: path.join(folder, 'b'), log: silent })
  database.start()
  clock = new HandClock()
  store = new HistoryStore(database)
  history = new History({ store, clock, log: silent })
  history.start()
})

afterEach(() => {
  history.stop()
  database.stop()
  rmSync(folder, { recursive: true })
})

/** As the sampler does at rest, one in so many seconds. */
function live(hours: number, seconds: number): void {
  for (let passed = 0; passed < hours * 3600; passed += seconds) {
    clock.go(seconds * 1000)
    history.addSample(sampleAt(clock.now(), { seconds, cpu: 0.5, written: seconds }))
  }
}

function rows(step: number): number {
  return Number(database.get('SELECT count(*) AS n FROM monitoring_samples WHERE step = ?', step)?.n)
}

it('gathers for ten seconds, and writes what is asked for before', () => {
  history.addSample(sampleAt(clock.now(), { cpu: 1 }))
  expect(rows(1000)).toBe(0)
  expect(history.samples(clock.now() - 1000, clock.now(), 10).samples).toHaveLength(1)
  history.addSample(sampleAt(clock.now() + 1, { cpu: 1 }))
  clock.go(10_000)
  expect(rows(1000)).toBe(2)
})

it('thins with age, within its bounds, and nothing that was counted is lost', () => {
  live(1, 1)
  expect(rows(1000)).toBeLessThanOrEqual(15 * 60 + 70)
  expect(rows(10_000)).toBeGreaterThan(250)
  live(7, 20)
  expect(rows(60_000)).toBeGreaterThan(60)
  const { samples } = history.samples(0, clock.now(), 2000)
  expect(samples.reduce((sum, one) => sum + (one.written ?? 0), 0)).toBe(8 * 3600)
  expect(samples.every(({ cpu }) => cpu === 0.5)).toBe(true)
})

it('forgets what is older than its last tier', () => {
  history.addSample(sampleAt(clock.now(), { cpu: 1 }))
  history.addRequest(requestAt(clock.now()))
  history.addEvent({ time: clock.now(), kind: 'core.started', subject: null, by: null })
  clock.go(10_000)
  clock.go(36 * 24 * hour)
  for (const _tier of tiers) {
    live(0.05, 20)
  }
  expect(history.samples(0, clock.now() - 35 * 24 * hour, 10).samples).toEqual([])
  expect(history.requests(0, 10)).toEqual([])
  expect(history.events(0, clock.now(), 10)).toEqual([])
})

it('gives back what was put in, the newest first, and outlives the core', () => {
  const now = clock.now()
  const request = requestAt(now - 1, { client: null, prefill: null, cause: 'tools' })
  const event = { time: now, kind: 'model.evicted', subject: 'a', by: 'b' } as const
  history.addRequest(requestAt(now - 2))
  history.addRequest(request)
  history.addEvent(event)
  history.stop()
  const later = new History({ store: new HistoryStore(database), clock, log: silent })
  later.start()
  expect(later.requests(0, 1)).toEqual([request])
  expect(later.requests(now, 1)).toEqual([])
  expect(later.events(0, now, 10)).toEqual([event])
})

it('is merged by the database as by hand', () => {
  const now = Math.floor(clock.now() / 600_000) * 600_000
  const samples = Array.from({ length: 300 }, (_, place) =>
    sampleAt(now - 300_000 + place * 1000, {
      seconds: 1 + (place % 3),
      cpu: place % 5 === 0 ? null : (place % 7) / 7,
      temperature: place % 11 === 0 ? null : place % 90,
      written: place % 13 === 0 ? null : place,
    }),
  )
  for (const sample of samples) store.addSample(1000, sample)
  const byHand = merged(samples, 10_000)
  const byDatabase = store.mergedSamples(0, now, 10_000)
  expect(byDatabase.map(({ time, written, temperature }) => [time, written, temperature])).toEqual(
    byHand.map(({ time, written, temperature }) => [time, written, temperature]),
  )
  for (const [place, { cpu, gpu }] of byDatabase.entries()) {
    expect(cpu ?? -1).toBeCloseTo(byHand[place]?.cpu ?? -1, 10)
    expect(gpu).toBe(null)
  }
})

it('is bounded in number', () => {
  for (let count = 0; count < 30; count++) store.addRequest(requestAt(count))
  store.removeOld(0, 10)
  expect(store.requests(0, 100).map(({ time }) => time)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20])
})

it('does not throw at whoever is counted when the disk is full, and writes when it has room again', () => {
  const write = store.transaction.bind(store)
  store.transaction = () => {
    throw new ImpetusError('insufficient_storage', 'The disk is full.')
  }
  history.addRequest(requestAt(clock.now()))
  clock.go(10_000)
  for (let count = 0; count < 3000; count++) history.addRequest(requestAt(clock.now()))
  store.transaction = write
  clock.go(20_000)
  history.addRequest(requestAt(clock.now()))
  expect(history.requests(0, 5000)).toHaveLength(2001)
})
