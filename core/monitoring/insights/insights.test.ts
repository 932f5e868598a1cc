import { describe, expect, it } from 'vitest'
import type { HistoryEvent } from '../../contract/monitoring.ts'
import type { StoredRequest } from '../history/store.ts'
import { requestAt } from '../monitoring.testing.ts'
import { insights } from './insights.ts'

const minute = 60_000
const now = 1_800_000_000_000

/** Answers of so many tokens a second, a minute apart, the last of them now; the newest first. */
function atSpeeds(...speeds: readonly number[]): StoredRequest[] {
  return speeds
    .map((speed, place) =>
      requestAt(now - (speeds.length - 1 - place) * minute, { decode: (100 / speed) * 1000 }),
    )
    .toReversed()
}

function repeat(count: number, ...speeds: readonly number[]): number[] {
  return Array.from({ length: count }, (_, place) => speeds[place % speeds.length] ?? 0)
}

describe('slower than usual', () => {
  it('is found with its time, its figures and the requests that show it', () => {
    const requests = atSpeeds(...repeat(20, 50, 52, 48), ...repeat(10, 30, 31))
    expect(insights(requests, [], now)).toEqual([
      {
        kind: 'slower',
        model: 'm',
        since: now - 9 * minute,
        before: 50,
        now: 30.5,
        requestsBefore: 20,
        requestsSince: 10,
        requests: requests.slice(0, 5).map(({ id }) => id),
      },
    ])
  })

  it.each<[string, number[]]>([
    ['of too few requests', [...repeat(11, 50), ...repeat(20, 30)]],
    ['of too few since', [...repeat(30, 50), ...repeat(7, 30)]],
    ['of a tenth less', [...repeat(20, 50), ...repeat(10, 45)]],
    ['of one that has become faster', [...repeat(20, 30), ...repeat(10, 50)]],
    ['of noise', repeat(40, 20, 60, 35, 50, 25)],
  ])('is not said %s', (_name, speeds) => {
    expect(insights(atSpeeds(...speeds), [], now)).toEqual([])
  })

  it('is not said of what is long over, nor of answers of a few words', () => {
    const requests = atSpeeds(...repeat(20, 50), ...repeat(10, 30))
    expect(insights(requests, [], now + 25 * 60 * minute)).toEqual([])
    expect(
      insights(
        requests.map(one => ({ ...one, completionTokens: 5 })),
        [],
        now,
      ),
    ).toEqual([])
  })
})

describe('evictions', () => {
  const evictions = (count: number): HistoryEvent[] =>
    Array.from({ length: count }, (_, place) => ({
      time: now - place * 10 * minute,
      kind: 'model.evicted',
      subject: 'small',
      by: 'large',
    }))
  const asking = (client: string | null, place: number) =>
    requestAt(now - place * 10 * minute - 2000, { model: 'large', client })

  it('are told with the model that needed the place and the client that asked for it', () => {
    const requests = [0, 1, 2, 3].map(place => asking('Continue/1.2', place))
    expect(insights(requests, evictions(4), now)).toEqual([
      {
        kind: 'evicted',
        model: 'small',
        by: 'large',
        client: 'Continue/1.2',
        count: 4,
        from: now - 30 * minute,
        to: now,
        requests: requests.map(({ id }) => id),
      },
    ])
  })

  it('name no client where several asked, or nobody knows', () => {
    const requests = [asking('a', 0), asking('b', 1), asking(null, 2)]
    expect(insights(requests, evictions(3), now)).toMatchObject([{ client: null, count: 3 }])
    expect(insights([], evictions(3), now)).toMatchObject([{ client: null, requests: [] }])
  })

  it('are not told of two, nor of yesterday’s', () => {
    expect(insights([], evictions(2), now)).toEqual([])
    expect(insights([], evictions(5), now + 25 * 60 * minute)).toEqual([])
  })
})

describe('a cache that is lost', () => {
  const lossy = (count: number, given: Partial<StoredRequest> = {}) =>
    Array.from({ length: count }, (_, place) =>
      requestAt(now - place * minute, { client: 'agent', cause: 'timestamp', cachedTokens: 100, ...given }),
    )

  it('is told with the client, the cause and what it has cost', () => {
    const requests = [...lossy(10), ...lossy(5, { cause: null })]
    expect(insights(requests, [], now)).toEqual([
      {
        kind: 'cacheLost',
        client: 'agent',
        cause: 'timestamp',
        count: 10,
        of: 15,
        tokens: 9000,
        milliseconds: 5000,
        from: now - 9 * minute,
        to: now,
        requests: requests.slice(0, 5).map(({ id }) => id),
      },
    ])
  })

  it('does not tell a time that not every request knows', () => {
    expect(insights([...lossy(9), ...lossy(1, { prefill: null })], [], now)).toMatchObject([
      { milliseconds: null, count: 10 },
    ])
  })

  it.each<[string, StoredRequest[]]>([
    ['of first questions', lossy(10, { cause: 'first' })],
    ['of a few requests', lossy(4)],
    ['of a few among many', [...lossy(6), ...lossy(30, { cause: null })]],
    ['of little text', lossy(10, { promptTokens: 200 })],
    ['of a client that does not say who it is', lossy(10, { client: null })],
  ])('is not told %s', (_name, requests) => {
    expect(insights(requests, [], now)).toEqual([])
  })

  it('comes before another that cost less', () => {
    const requests = [...lossy(6, { client: 'little' }), ...lossy(20, { client: 'much' })]
    expect(insights(requests, [], now)).toMatchObject([{ client: 'much' }, { client: 'little' }])
  })
})
