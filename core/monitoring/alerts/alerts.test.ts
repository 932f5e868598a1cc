import { describe, expect, it, test } from 'vitest'
import { alerts as alertSettings } from '../../contract/alert-settings.ts'
import type { Topic, TopicData } from '../../contract/events.ts'
import type { KeyInfo } from '../../contract/keys.ts'
import type { Alert, HistoryEvent } from '../../contract/monitoring.ts'
import { Bus } from '../../platform/bus.ts'
import { HandClock, sampleAt, silent } from '../monitoring.testing.ts'
import { Alerts } from './alerts.ts'
import { afterMeasuring, atRest, type LevelRule, type LevelState } from './level.ts'
import { levels } from './levels.ts'

const up: LevelRule = { raise: 95, clear: 90, hold: 2 }
const down: LevelRule = { raise: 5, clear: 6, hold: 0 }
const raised: LevelState = { ...atRest, isRaised: true }

describe('a level', () => {
  test.each<[string, LevelState, LevelRule, (number | null)[], boolean[]]>([
    [
      'is raised once it was beyond for long enough',
      atRest,
      up,
      [95, 96, 97, 97],
      [false, false, true, true],
    ],
    [
      'waits anew after a dip',
      atRest,
      up,
      [95, 95, 94, 95, 95, 95],
      [false, false, false, false, false, true],
    ],
    ['is not cleared between the two limits', raised, up, [94, 91, 94, 91], [true, true, true, true]],
    ['is cleared once it was well below', raised, up, [90, 89, 90], [true, true, false]],
    [
      'waits anew after what is not known',
      atRest,
      up,
      [95, 95, null, 95, 95],
      [false, false, false, false, false],
    ],
    ['stays raised while nothing is known', raised, up, [null, null, null], [true, true, true]],
    ['can be one of too little', atRest, down, [6, 5, 5.5, 6], [false, true, true, false]],
    ['can have one limit for both', atRest, { raise: 1, clear: 0, hold: 0 }, [0, 1, 0], [false, true, false]],
  ])('%s', (_name, start, rule, values, expected) => {
    let state = start
    const seen = values.map((value, now) => {
      state = afterMeasuring(state, rule, value, now)
      return state.isRaised
    })
    expect(seen).toEqual(expected)
  })
})

test('a level that nobody has measured for five minutes is not claimed any more', () => {
  let state = afterMeasuring(raised, up, null, 0)
  state = afterMeasuring(state, up, null, 299_999)
  expect(state.isRaised).toBe(true)
  expect(afterMeasuring(state, up, null, 300_000).isRaised).toBe(false)
  state = afterMeasuring(state, up, 97, 299_999)
  expect(afterMeasuring(state, up, null, 300_000).isRaised).toBe(true)
})

test('what the Mac’s shell says goes before what is measured', () => {
  const settings = alertSettings.parse({})
  const sample = sampleAt(0, { memoryUsed: 99, temperature: 99, diskFree: 1e9 })
  const measured = levels({ sample, memoryTotal: 100, host: null, settings })
  expect(measured.memory).toMatchObject({ value: 0.99, rule: { raise: 0.95 } })
  expect(measured.thermal).toMatchObject({ value: 99, rule: { raise: 95, clear: 85 } })
  expect(measured.disk).toMatchObject({ value: 1e9, isCritical: false, rule: { raise: 5e9, clear: 6e9 } })
  const host = { memoryPressure: 'normal', thermal: 'critical' } as const
  const told = levels({ sample, memoryTotal: 100, host, settings })
  expect(told.memory).toMatchObject({ value: 0, rule: { raise: 1 } })
  expect(told.thermal).toMatchObject({ value: 1, isCritical: true })
  const off = alertSettings.parse({ memoryPercent: null, temperatureCelsius: null, diskFreeGigabytes: null })
  expect(levels({ sample, memoryTotal: 100, host, settings: off })).toEqual({
    memory: null,
    thermal: null,
    disk: null,
  })
})

const day = 24 * 3600_000

function setUp(kept: Alert[] = []) {
  const clock = new HandClock()
  const bus = new Bus(error => {
    throw error
  })
  const told: string[] = []
  bus.listen((topic, data) => {
    if (topic !== 'alert.changed') return
    const { id, clearedAt, severity } = data as Alert
    told.push(`${id} ${clearedAt === null ? severity : 'cleared'}`)
  })
  const notes: HistoryEvent[] = []
  const store = new Map(kept.map(alert => [alert.id, alert]))
  const settings = alertSettings.parse({})
  const facts = {
    keys: [] as KeyInfo[],
    downloads: [] as { id: string; name: string; state: 'failed' | 'running' }[],
  }
  const alerts = new Alerts({
    ...{ clock, bus },
    log: silent,
    settings: () => settings,
    keys: () => facts.keys,
    downloads: () => facts.downloads,
    note: event => notes.push(event),
    store: {
      alerts: () => [...store.values()],
      keepAlert: alert => void store.set(alert.id, alert),
      forgetAlert: id => void store.delete(id),
    },
  })
  alerts.start()
  const measure = (memoryUsed = 0) => {
    clock.go(1000)
    alerts.measure({ sample: sampleAt(clock.now(), { memoryUsed }), memoryTotal: 100, host: null })
  }
  const tell = <T extends Topic>(topic: T, data: Partial<TopicData<T>>) =>
    bus.tell(topic, data as TopicData<T>)
  return { clock, alerts, told, notes, store, settings, facts, measure, tell }
}

describe('an alert', () => {
  it('is told when it is raised and when it is cleared, kept between, and noted', () => {
    const { alerts, told, notes, store, measure } = setUp()
    for (let count = 0; count < 20; count++) measure(97)
    expect(alerts.board.list()).toMatchObject([
      { id: 'memory', value: 0.97, threshold: 0.95, place: 'models', clearedAt: null },
    ])
    expect(alerts.board.list()[0]?.message).toContain('97 %')
    expect([...store.keys()]).toEqual(['memory'])
    for (let count = 0; count < 20; count++) measure(80)
    expect(told).toEqual(['memory warning', 'memory cleared'])
    expect(notes.map(({ kind }) => kind)).toEqual(['alert.raised', 'alert.cleared'])
    expect(store.size).toBe(0)
  })

  it('of a threshold that is turned off is cleared', () => {
    const { alerts, settings, measure } = setUp()
    for (let count = 0; count < 20; count++) measure(97)
    settings.memoryPercent = null
    measure(97)
    expect(alerts.board.list()).toEqual([])
  })

  it('that was up when the core ended is up with its time, and is cleared as any other', () => {
    const { alerts: first, store, measure } = setUp()
    for (let count = 0; count < 20; count++) measure(97)
    const since = first.board.list()[0]?.raisedAt
    const again = setUp([...store.values()])
    expect(again.alerts.board.list()).toMatchObject([{ id: 'memory', raisedAt: since }])
    for (let count = 0; count < 20; count++) again.measure(80)
    expect(again.told).toEqual(['memory cleared'])
  })

  it('of a crash loop comes with the third crash, is critical when the model is set aside, and goes when it has been quiet', () => {
    const { clock, alerts, told, measure, tell } = setUp()
    const crash = () => tell('model.changed', { model: 'm', state: 'crashed' })
    crash()
    crash()
    expect(told).toEqual([])
    crash()
    tell('model.changed', { model: 'm', state: 'quarantined' })
    clock.go(3600_000)
    measure()
    expect(alerts.board.list()).toMatchObject([{ subject: 'm', severity: 'critical' }])
    tell('model.changed', { model: 'm', state: 'loaded' })
    expect(told).toEqual(['crashLoop:m warning', 'crashLoop:m critical', 'crashLoop:m cleared'])
  })

  it('of a crash loop is over when the core begins anew', () => {
    const before = setUp()
    for (let count = 0; count < 3; count++) before.tell('model.changed', { model: 'm', state: 'crashed' })
    expect(setUp([...before.store.values()]).alerts.board.list()).toEqual([])
  })

  it('of a download stays until it is tried again or removed', () => {
    const { alerts, told, facts, tell } = setUp()
    tell('download.changed', { id: 'd', name: 'a.gguf', state: 'failed' })
    tell('download.changed', { id: 'e', name: 'b.gguf', state: 'failed' })
    expect(alerts.board.list().map(({ subject }) => subject)).toEqual(['a.gguf', 'b.gguf'])
    tell('download.changed', { id: 'd', name: 'a.gguf', state: 'queued' })
    tell('download.removed', { id: 'e' })
    expect(told.slice(2)).toEqual(['downloadFailed:d cleared', 'downloadFailed:e cleared'])
    facts.downloads = [{ id: 'f', name: 'c.gguf', state: 'failed' }]
    alerts.reconsider()
    expect(alerts.board.list().map(({ id }) => id)).toEqual(['downloadFailed:f'])
    facts.downloads = []
    alerts.reconsider()
    expect(alerts.board.list()).toEqual([])
  })

  it('of an unused key comes after its days, and goes when it is used or revoked; one that has expired is no risk', () => {
    const { clock, alerts, facts, measure, tell } = setUp()
    const key = { id: 'k', name: 'laptop', preview: '', scopes: [], createdAt: clock.now(), expiresAt: null }
    const old = { ...key, id: 'o', name: 'old', lastUsedAt: null, expiresAt: clock.now() + day }
    facts.keys = [{ ...key, lastUsedAt: null }, old]
    clock.go(89 * day)
    measure()
    expect(alerts.board.list()).toEqual([])
    clock.go(day)
    measure()
    expect(alerts.board.list()).toMatchObject([{ id: 'keyUnused:k', subject: 'laptop', place: 'connect' }])
    facts.keys = [{ ...key, lastUsedAt: clock.now() }]
    clock.go(3600_000)
    measure()
    expect(alerts.board.list()).toEqual([])
    clock.go(91 * day)
    measure()
    facts.keys = []
    tell('audit.recorded', { event: 'key.revoked' })
    expect(alerts.board.list()).toEqual([])
  })

  it('of refused calls counts the last ten minutes', () => {
    const { clock, told, measure, tell } = setUp()
    for (let count = 0; count < 19; count++) tell('audit.recorded', { event: 'key.refused' })
    tell('audit.recorded', { event: 'settings.changed' })
    expect(told).toEqual([])
    tell('audit.recorded', { event: 'key.limited' })
    measure()
    expect(told).toEqual(['keyAbused warning'])
    clock.go(600_000)
    measure()
    expect(told).toEqual(['keyAbused warning', 'keyAbused cleared'])
  })
})
