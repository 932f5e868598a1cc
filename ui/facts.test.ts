import { expect, test } from 'vitest'
import type { Download } from '../core/contract/downloads.ts'
import type { Status } from '../core/contract/status.ts'
import type { AnyFrame } from './live.ts'
import { chosenRows } from './pages/activity/rows.ts'
import { withDownload } from './pages/models/with-download.ts'
import { parsed } from './pages/settings/form.ts'
import { browserName } from './parts/client-name.ts'
import { type Row, speedOf, withFact } from './requests.ts'
import { pillOf } from './shell/pill.ts'

const facts = { id: 'r1', model: 'mini', route: '/v1/chat/completions', client: 'curl/8', keyName: null }
const end = {
  ...facts,
  outcome: 'finished',
  code: null,
  promptTokens: 10,
  cachedTokens: 4,
  completionTokens: 11,
  milliseconds: 1200,
  firstTokenMilliseconds: 200,
} as const
const head = { epoch: 'e', seq: 1, time: 5 }
const started: AnyFrame = { ...head, topic: 'request.started', data: facts }
const finished: AnyFrame = { ...head, time: 9, topic: 'request.finished', data: end }

function rowsAfter(...frames: (AnyFrame | { topic: 'gap' })[]): readonly Row[] {
  return frames.reduce<readonly Row[]>((rows, frame, place) => withFact(rows, frame, `gap ${place}`), [])
}

test('a request is one row, whether its start was seen or not, and told twice or not', () => {
  expect(rowsAfter(started, started, finished)).toEqual([{ ...facts, startedAt: 5, finishedAt: 9, end }])
  expect(rowsAfter(finished)).toEqual([{ ...facts, startedAt: null, finishedAt: 9, end }])
})

test('a gap is a row of its own, where there is something before it', () => {
  expect(rowsAfter({ topic: 'gap' })).toEqual([])
  expect(rowsAfter(started, { topic: 'gap' }).at(-1)).toEqual({ id: 'gap 1', gap: true })
})

test('speed is that of the writing, without the wait', () => {
  expect(speedOf(end)).toBe(10)
  expect(speedOf({ ...end, completionTokens: 1 })).toBeNull()
  expect(speedOf(null)).toBeNull()
})

test.each([
  ['all', '', 2],
  ['finished', '', 2],
  ['running', '', 1],
  ['all', 'CURL', 2],
  ['all', 'zed', 1],
] as const)('of the rows %s with "%s" %i are left, gaps among them', (outcome, text, count) => {
  const left = chosenRows(rowsAfter(started, finished, { topic: 'gap' }), outcome, text)
  expect(left.length).toBe(count)
})

test('downloads follow their facts', () => {
  const one = { id: 'a', done: 1 } as Download
  const changed: AnyFrame = { ...head, topic: 'download.changed', data: { ...one, done: 2 } }
  const removed: AnyFrame = { ...head, topic: 'download.removed', data: { id: 'a' } }
  expect(withDownload({ downloads: [] }, changed)).toEqual({ downloads: [changed.data] })
  expect(withDownload({ downloads: [one] }, changed)).toEqual({ downloads: [changed.data] })
  expect(withDownload({ downloads: [one] }, removed)).toEqual({ downloads: [] })
})

test.each([
  ['number', '12', 12],
  ['number', 'many', 'many'],
  ['text', ' a ', 'a'],
  ['lines', 'a\n\n b ', ['a', 'b']],
] as const)('a %s written as %j is %j', (kind, text, value) => {
  expect(
    parsed({ input: kind === 'number' ? { kind, whole: true } : { kind }, nullable: false }, text),
  ).toEqual(value)
})

test('an empty field means none where there may be none', () => {
  expect(parsed({ input: { kind: 'text' }, nullable: true }, '')).toBeNull()
})

test.each([
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 (KHTML, like Gecko) Version/18 Safari/605',
    'Safari, macOS',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
  ['curl/8.5', 'curl/8.5'],
  ['', '–'],
])('%j is shown as %j', (client, name) => {
  expect(browserName(client)).toBe(name)
})

test.each([
  ['gone', true, [], 'stateGone'],
  ['connecting', true, [], 'stateConnecting'],
  ['open', false, [], 'stateNoEngine'],
  ['open', true, ['loading'], 'stateLoading'],
  ['open', true, ['loaded'], 'stateRunning'],
] as const)('socket %s, engine %s, models %j: %s', (live, available, states, text) => {
  const status = {
    state: 'running',
    engine: { available },
    models: { states: states.map(state => ({ state })) },
  }
  expect(pillOf(live, status as unknown as Status).text).toBe(text)
})
