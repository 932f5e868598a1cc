import { describe, expect, it } from 'vitest'
import { type IdleView, idlePlan } from './idle.ts'

const view = (id: string, more: Partial<IdleView> = {}): IdleView => ({
  id,
  phase: 'loaded',
  leases: 0,
  pinned: false,
  lastUsed: 100,
  keepMilliseconds: 50,
  ...more,
})

describe('idlePlan', () => {
  it.each<[string, IdleView[], number, string[], number | undefined]>([
    ['nothing loaded', [], 0, [], undefined],
    ['not yet', [view('a')], 149, [], 150],
    ['now', [view('a')], 150, ['a'], undefined],
    ['the next one is looked at in time', [view('a'), view('b', { lastUsed: 120 })], 160, ['a'], 170],
    ['not while it works', [view('a', { leases: 1 })], 1000, [], undefined],
    ['not while it loads', [view('a', { phase: 'loading' })], 1000, [], undefined],
    ['not what is pinned', [view('a', { pinned: true })], 1000, [], undefined],
    ['not what stays for good', [view('a', { keepMilliseconds: Infinity })], 1e9, [], undefined],
    ['at once when asked', [view('a', { keepMilliseconds: 0 })], 100, ['a'], undefined],
  ])('%s', (_name, views, now, expired, next) => {
    expect(idlePlan(views, now)).toEqual({ expired, next })
  })
})
