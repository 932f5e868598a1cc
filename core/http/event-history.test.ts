import { expect, test } from 'vitest'
import { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import { EventHistory, parseEventId, topicFilter } from './event-history.ts'

/** A clock whose timers are run by hand. */
function handClock(): Clock & { fire(): void; readonly pending: number } {
  const timers = new Set<() => void>()
  return {
    now: () => 1,
    monotonic: () => 1,
    after(_milliseconds, callback) {
      timers.add(callback)
      return () => timers.delete(callback)
    },
    fire() {
      for (const timer of [...timers]) {
        timers.delete(timer)
        timer()
      }
    },
    get pending() {
      return timers.size
    },
  }
}

function setUp() {
  const bus = new Bus(error => {
    throw error
  })
  const clock = handClock()
  const history = new EventHistory(bus, clock)
  history.start()
  return { bus, clock, history, tell: (count: number) => bus.tell('models.changed', { count }) }
}

async function take(subscription: AsyncIterable<{ text: string }>, count: number) {
  const taken: { topic: string; seq: number; data: Record<string, unknown> }[] = []
  for await (const frame of subscription) {
    taken.push(JSON.parse(frame.text))
    if (taken.length === count) break
  }
  return taken
}

test.each([
  ['abc123:7', { epoch: 'abc123', seq: 7 }],
  ['7', { epoch: null, seq: 7 }],
  ['0', { epoch: null, seq: 0 }],
  ['', { epoch: '', seq: 0 }],
  ['abc:', { epoch: '', seq: 0 }],
  ['-1', { epoch: '', seq: 0 }],
  ['9999999999999999999', { epoch: '', seq: 0 }],
])('the event id %j', (id, expected) => {
  expect(parseEventId(id)).toEqual(expected)
})

test.each([
  [undefined, 'model.changed', true],
  ['', 'model.changed', true],
  ['model.', 'model.changed', true],
  ['model.', 'models.changed', false],
  ['model.changed', 'model.changed', true],
  ['model', 'model.changed', false],
  ['core., model.changed ', 'model.changed', true],
  ['core.', 'stream.gap', true],
  [undefined, 'monitoring.sample', false],
  ['monitoring.sample', 'monitoring.sample', true],
])('topics %j let %s pass: %s', (topics, topic, expected) => {
  expect(topicFilter(topics)(topic)).toBe(expected)
})

test('control frames carry the seq of the fact before them', async () => {
  const { history, tell } = setUp()
  tell(1)
  tell(2)
  const [heartbeat] = await take(history.subscribe(), 1)
  expect(heartbeat).toMatchObject({ topic: 'stream.heartbeat', seq: 2 })
})

test('momentary facts go to those who follow them, have no number of their own, and are not kept', async () => {
  const { history, bus, tell } = setUp()
  let changes = 0
  history.watchReaders(() => changes++)
  const plain = history.subscribe()
  const follower = history.subscribe()
  expect(history.hasReaders('monitoring.sample')).toBe(false)
  follower.follow(['monitoring.sample'])
  expect(history.hasReaders('monitoring.sample')).toBe(true)
  tell(1)
  bus.tell('monitoring.sample', { time: 5 } as never)
  tell(2)
  history.stop()
  const seen = async (all: Promise<{ topic: string; seq: number }[]>) =>
    (await all).map(({ topic, seq }) => `${topic} ${seq}`)
  const facts = ['stream.heartbeat 0', 'models.changed 1', 'models.changed 2']
  expect(await seen(take(plain, 9))).toEqual(facts)
  expect(await seen(take(follower, 9))).toEqual(facts.toSpliced(2, 0, 'monitoring.sample 1'))
  expect(changes).toBe(5)
  expect((await take(setUp().history.subscribe({ after: '0' }), 1))[0]?.topic).toBe('stream.heartbeat')
})

test('hearts beat only while somebody listens', async () => {
  const { history, clock } = setUp()
  expect(clock.pending).toBe(0)
  const subscription = history.subscribe()
  expect(clock.pending).toBe(1)
  clock.fire()
  expect(clock.pending).toBe(1)
  expect((await take(subscription, 2)).map(frame => frame.topic)).toEqual([
    'stream.heartbeat',
    'stream.heartbeat',
  ])
  expect(clock.pending).toBe(0)
  clock.fire()
  expect(clock.pending).toBe(0)
})

test('a reader far behind gets a gap with the number lost, and what came last', async () => {
  const { history, tell } = setUp()
  const subscription = history.subscribe({ topics: 'models.' })
  for (let n = 1; n <= 2500; n++) tell(n)
  const frames = await take(subscription, 502)
  // 1 heartbeat and 1,999 facts filled the queue and went; 501 came after.
  expect(frames[0]).toMatchObject({ topic: 'stream.gap', data: { lost: 2000 } })
  expect(frames[1]).toMatchObject({ data: { count: 2000 } })
  expect(frames[501]).toMatchObject({ data: { count: 2500 } })
})

test('stop() ends every reader', async () => {
  const { history } = setUp()
  const all = take(history.subscribe(), 100)
  history.stop()
  // The heartbeat was on its way.
  expect(await all).toHaveLength(1)
})

test('what was told before the end still arrives, nothing after it', async () => {
  const { history, tell } = setUp()
  const subscription = history.subscribe()
  tell(1)
  history.stop()
  tell(2)
  const topics = (await take(subscription, 9)).map(({ topic }) => topic)
  expect(topics).toEqual(['stream.heartbeat', 'models.changed'])
})
