import { describe, expect, it, test } from 'vitest'
import type { Alert, MonitoringSample } from '../core/contract/monitoring.ts'
import type { AnyFrame } from './live.ts'
import { cachedShare, dataOf, rate } from './pages/activity/trends/series.ts'
import { subjectText } from './pages/activity/trends/subject.ts'
import { withAlert } from './pages/home/alerts.tsx'
import { moved, resized, toggled } from './pages/home/layout.ts'
import { promptsOf, speedNow, withSample } from './pages/home/samples.ts'
import { stripLine } from './parts/strip-path.ts'
import { en } from './words/en.ts'
import { Words } from './words/words.tsx'

const head = { epoch: 'e', seq: 1, time: 5 }
const unknown = {
  ...{ cpu: null, memoryUsed: null, modelsMemory: null, gpu: null, gpuMemory: null, temperature: null },
  ...{ thermal: null, watts: null, charge: null, diskFree: null, running: null, waiting: null },
  ...{ written: null, prompt: null, cached: null, finished: null, failed: null },
}

function sample(time: number, known: Partial<MonitoringSample> = {}): MonitoringSample {
  return { ...unknown, time, seconds: 1, ...known }
}

function told(data: MonitoringSample): AnyFrame {
  return { ...head, topic: 'monitoring.sample', data }
}

const monitoring = {
  recent: [sample(1000)],
  asked: true,
  absent: [],
  memoryTotal: 1,
  diskTotal: null,
  modelsBudget: 1,
}

describe('samples', () => {
  it('follow each other for five minutes, none twice', () => {
    const times = (value: typeof monitoring | null) => value?.recent.map(({ time }) => time)
    const later = withSample(monitoring, told(sample(2000)))
    expect(times(later)).toEqual([1000, 2000])
    expect(times(withSample(monitoring, told(sample(1000))))).toEqual([1000])
    expect(times(withSample(monitoring, told(sample(500))))).toEqual([500])
    expect(times(withSample(monitoring, told(sample(302_000))))).toEqual([302_000])
  })

  it('are fetched anew while sources are still being asked', () => {
    expect(withSample({ ...monitoring, asked: false }, told(sample(2000)))).toBe(null)
  })

  it.each<[string, MonitoringSample[], number | null]>([
    ['nothing known', [], null],
    ['nothing written', [sample(1, { written: 0, seconds: 20 })], 0],
    [
      'uneven seconds',
      [sample(1, { written: 0 }), sample(2, { written: 60 }), sample(3, { written: 30 })],
      30,
    ],
    [
      'only the last three',
      [
        sample(1, { written: 900 }),
        sample(2, { written: 3 }),
        sample(3, { written: 3 }),
        sample(4, { written: 3 }),
      ],
      3,
    ],
    ['a calm sample before', [sample(1, { written: 400, seconds: 20 }), sample(2, { written: 10 })], 10],
  ])('tell the speed: %s', (_name, samples, speed) => {
    expect(speedNow(samples)).toBe(speed)
  })

  it('tell what of the prompts came from the cache', () => {
    expect(promptsOf([sample(1, { prompt: 10, cached: 4 }), sample(2)])).toEqual({ prompt: 10, cached: 4 })
    expect(cachedShare(sample(1, { prompt: 10, cached: 4 }))).toBe(0.4)
    expect(cachedShare(sample(1, { prompt: 0, cached: 0 }))).toBe(null)
    expect(rate(10, sample(1, { seconds: 0 }))).toBe(null)
  })
})

describe('a strip', () => {
  const now = 400_000
  it('goes from right to left as time goes by, and from bottom to top', () => {
    const points = [
      { time: now - 300_000, value: 0 },
      { time: now - 290_000, value: 5 },
      { time: now - 280_000, value: 20 },
    ]
    expect(stripLine(points, now, 10)).toBe('M0.0 39.0L10.0 20.0L20.0 1.0')
  })

  it('is broken where nothing is known, and begins within its five minutes', () => {
    const points = [
      { time: now - 301_000, value: 1 },
      { time: now - 200_000, value: 1 },
      { time: now - 199_000, value: null },
      { time: now - 198_000, value: 1 },
      { time: now - 100_000, value: 1 },
    ]
    expect(stripLine(points, now, 1).match(/[ML]/g)).toEqual(['M', 'M', 'M'])
  })

  it('of nothing but noughts lies on the ground', () => {
    expect(stripLine([{ time: now, value: 0 }], now, 0)).toBe('M300.0 39.0')
  })
})

test('a line of history is broken by a gap, unless it is known only now and then', () => {
  const samples = [sample(60_000, { cpu: 1 }), sample(120_000, { cpu: 0.5 }), sample(600_000, { cpu: 0 })]
  const broken = dataOf(samples, 60, [{ name: 'cpu', pick: one => one.cpu }])
  expect(broken.map(({ value }) => value)).toEqual([1, 0.5, null, 0])
  const joined = dataOf(samples, 60, [{ name: 'cpu', pick: one => one.cpu, joins: true }])
  expect(joined.map(({ value }) => value)).toEqual([1, 0.5, 0])
  expect(dataOf(samples, 60, [{ name: 'gpu', pick: one => one.gpu }])).toEqual([])
})

test('alerts come and go', () => {
  const alert: Alert = {
    ...{ id: 'disk', kind: 'disk', severity: 'warning', subject: null, value: 1, threshold: 2 },
    ...{ raisedAt: 1, clearedAt: null, message: '', place: 'models' },
  }
  const frame = (data: Alert): AnyFrame => ({ ...head, topic: 'alert.changed', data })
  const raised = withAlert({ alerts: [] }, frame(alert))
  expect(raised.alerts).toEqual([alert])
  expect(withAlert(raised, frame({ ...alert, severity: 'critical' })).alerts).toHaveLength(1)
  expect(withAlert(raised, frame({ ...alert, clearedAt: 2 })).alerts).toEqual([])
})

test.each([
  ['model.loaded', 'llama', 'llama'],
  ['core.started', null, ''],
  ['alert.raised', 'disk', 'disk nearly full'],
  ['alert.raised', 'keyUnused:key_1', 'key unused'],
  ['alert.cleared', 'crashLoop:a:b', 'model crashes: a:b'],
  ['alert.raised', 'newer', 'newer'],
] as const)('an event %s of %s is about "%s"', (kind, subject, text) => {
  expect(subjectText({ time: 0, kind, subject, by: null }, new Words('en', en))).toBe(text)
})

describe('the blocks of Home', () => {
  const blocks = (text: string) =>
    text.split(' ').map(word => ({
      name: (word.startsWith('-') ? word.slice(1) : word) as 'cpu',
      size: 'S' as const,
      shown: !word.startsWith('-'),
    }))
  const text = (all: readonly { name: string; shown: boolean }[]) =>
    all.map(({ name, shown }) => (shown ? name : `-${name}`)).join(' ')

  it.each([
    ['cpu gpu disk', 'gpu', -1, 'gpu cpu disk'],
    ['cpu gpu disk', 'gpu', 1, 'cpu disk gpu'],
    ['cpu gpu disk', 'cpu', -1, 'cpu gpu disk'],
    ['cpu gpu disk', 'disk', 1, 'cpu gpu disk'],
    ['cpu -gpu disk', 'disk', -1, 'disk cpu -gpu'],
    ['cpu -gpu disk', 'cpu', 1, '-gpu disk cpu'],
    ['cpu -gpu', 'gpu', -1, 'cpu -gpu'],
  ] as const)('of %s: %s moves by %i', (before, name, by, after) => {
    expect(text(moved(blocks(before), name, by))).toBe(after)
  })

  it.each([
    ['cpu gpu disk', 'cpu', 'gpu disk -cpu'],
    ['cpu -gpu -disk', 'disk', 'cpu disk -gpu'],
    ['-cpu', 'cpu', 'cpu'],
  ])('of %s: %s is hidden or shown', (before, name, after) => {
    expect(text(toggled(blocks(before), name))).toBe(after)
  })

  it('have their sizes', () => {
    expect(resized(blocks('cpu gpu'), 'gpu', 'L').map(({ size }) => size)).toEqual(['S', 'L'])
  })
})
