import { expect, test } from 'vitest'
import { HandClock, sampleAt } from './monitoring.testing.ts'
import { Sampler } from './sampler.ts'

function setUp() {
  const clock = new HandClock()
  const state = { watched: false, busy: false, deeper: 0 }
  const taken: { at: number; seconds: number }[] = []
  const begin = clock.now()
  const sampler = new Sampler({
    clock,
    isWatched: () => state.watched,
    isBusy: () => state.busy,
    read: seconds => sampleAt(clock.now(), { seconds }),
    lookDeeper: () => state.deeper++,
    take: ({ time, seconds }) => taken.push({ at: (time - begin) / 1000, seconds }),
  })
  sampler.start()
  return { clock, state, taken, sampler }
}

test('at rest it looks three times a minute, and starts no other programs', () => {
  const { clock, state, taken } = setUp()
  clock.go(61_000)
  expect(taken).toEqual([
    { at: 1, seconds: 1 },
    { at: 21, seconds: 20 },
    { at: 41, seconds: 20 },
    { at: 61, seconds: 20 },
  ])
  expect(state.deeper).toBe(0)
})

test('for whoever comes to look it looks soon, then once a second', () => {
  const { clock, state, taken, sampler } = setUp()
  clock.go(5000)
  state.watched = true
  sampler.wake()
  sampler.wake()
  clock.go(2500)
  expect(taken.map(({ at }) => at)).toEqual([1, 5.25, 6.25, 7.25])
  expect(state.deeper).toBe(3)
  state.watched = false
  clock.go(30_000)
  expect(taken.map(({ at }) => at).slice(4)).toEqual([8.25, 28.25])
})

test('a short request costs one more look and no program; a long one is watched until the figures are down again', () => {
  const { clock, state, taken, sampler } = setUp()
  clock.go(5000)
  state.busy = true
  sampler.wake()
  clock.go(2500)
  state.busy = false
  expect(taken.map(({ at }) => at)).toEqual([1, 6, 7])
  expect(state.deeper).toBe(0)
  clock.go(10_000)
  expect(taken.map(({ at }) => at).slice(3)).toEqual([8, 9, 10, 11, 12])
  state.busy = true
  sampler.wake()
  clock.go(6000)
  expect(state.deeper).toBe(3)
})

test('a machine that slept tells nothing of the time between; stopped, it does nothing', () => {
  const { clock, taken, sampler } = setUp()
  clock.go(1000)
  clock.go(8 * 3600_000)
  expect(Math.max(...taken.map(({ seconds }) => seconds))).toBe(20)
  sampler.stop()
  sampler.wake()
  const before = taken.length
  clock.go(60_000)
  expect(taken).toHaveLength(before)
})
