import { describe, expect, it } from 'vitest'
import { chooseReplica, pauseAfter, Replicas, type ReplicaView } from './replicas.ts'

const replica = (url: string, more: Partial<ReplicaView> = {}): ReplicaView => ({
  url,
  active: 0,
  given: 0,
  failures: 0,
  retryAt: 0,
  ...more,
})

describe('chooseReplica', () => {
  it.each<[string, ReplicaView[], string[], string | undefined]>([
    ['none', [], [], undefined],
    ['the least busy', [replica('a', { active: 2 }), replica('b', { active: 1 })], [], 'b'],
    ['among equals the one asked less', [replica('a', { given: 5 }), replica('b', { given: 4 })], [], 'b'],
    ['not one that was tried', [replica('a'), replica('b', { active: 9 })], ['a'], 'b'],
    [
      'not one that has just failed',
      [replica('a', { failures: 1, retryAt: 101 }), replica('b', { active: 9 })],
      [],
      'b',
    ],
    [
      'one whose pause is over',
      [replica('a', { failures: 1, retryAt: 100 }), replica('b', { active: 1 })],
      [],
      'a',
    ],
    [
      'one that works before one that may',
      [replica('a', { failures: 1, retryAt: 99 }), replica('b')],
      [],
      'b',
    ],
    [
      'where all have failed the one that may be back first',
      [replica('a', { retryAt: 300 }), replica('b', { retryAt: 200 })],
      [],
      'b',
    ],
    ['nothing when all were tried', [replica('a'), replica('b')], ['a', 'b'], undefined],
  ])('%s', (_name, replicas, tried, expected) => {
    expect(chooseReplica(replicas, new Set(tried), 100)?.url).toBe(expected)
  })
})

it('pauses double up to a minute', () => {
  expect([0, 1, 2, 3, 7, 8, 50].map(pauseAfter)).toEqual([0, 500, 1000, 2000, 32_000, 60_000, 60_000])
})

it('work is spread, failures are remembered and forgiven', () => {
  let now = 0
  const replicas = new Replicas(['a', 'b'], () => now)
  const next = () => replicas.choose(new Set())?.url
  const first = replicas.begin('a')
  expect(next()).toBe('b')
  const second = replicas.begin('b')
  first[Symbol.dispose]()
  expect(next()).toBe('a')
  replicas.failed('a')
  expect(next()).toBe('b')
  now = 500
  second[Symbol.dispose]()
  replicas.succeeded('a')
  expect(replicas.views).toMatchObject([
    { url: 'a', active: 0, failures: 0, given: 1 },
    { url: 'b', active: 0, given: 1 },
  ])
})
