import { expect, test } from 'vitest'
import type { TopicData } from '../contract/events.ts'
import { Bus } from '../platform/bus.ts'
import { Meter } from './meter.ts'

function setUp() {
  const bus = new Bus(error => {
    throw error
  })
  const meter = new Meter(bus)
  meter.start()
  const progress = (id: string, completionTokens: number) =>
    bus.tell('request.progress', { id, completionTokens } as TopicData<'request.progress'>)
  const over = (
    id: string,
    completionTokens: number,
    outcome: 'finished' | 'cancelled' | 'failed' = 'finished',
  ) =>
    bus.tell('request.finished', {
      ...{ id, completionTokens, outcome },
      promptTokens: 100,
      cachedTokens: 60,
    } as TopicData<'request.finished'>)
  return { meter, progress, over }
}

test('tokens count when they are written, the rest when a request is over, each once', () => {
  const { meter, progress, over } = setUp()
  progress('a', 10)
  progress('a', 25)
  expect(meter.take()).toEqual({ written: 25, prompt: 0, cached: 0, finished: 0, failed: 0 })
  progress('b', 5)
  over('a', 30)
  over('b', 5, 'failed')
  over('c', 7, 'cancelled')
  expect(meter.take()).toEqual({ written: 17, prompt: 300, cached: 180, finished: 1, failed: 1 })
  expect(meter.take().written).toBe(0)
})

test('two answers of one request are never counted below nothing', () => {
  const { meter, progress, over } = setUp()
  progress('a', 50)
  progress('a', 3)
  over('a', 60)
  over('a', 20)
  expect(meter.take().written).toBe(80)
})
