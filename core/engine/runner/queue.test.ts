import { describe, expect, test } from 'vitest'
import { FairQueue, order, type Waiting } from './queue.ts'

const waits = (client: string, tokens: number, passedOver = 0): Waiting => ({ client, tokens, passedOver })

test.each<{ name: string; waiting: Waiting[]; served: [string, number][]; places: number[] }>([
  { name: 'nobody', waiting: [], served: [], places: [] },
  {
    name: 'equals in order of arrival',
    waiting: [waits('a', 900), waits('b', 900)],
    served: [],
    places: [0, 1],
  },
  {
    name: 'the short before the long',
    waiting: [waits('a', 9000), waits('a', 20)],
    served: [],
    places: [1, 0],
  },
  {
    name: 'the client that has had less',
    waiting: [waits('a', 900), waits('a', 900), waits('b', 900)],
    served: [['a', 5000]],
    places: [2, 0, 1],
  },
  {
    name: 'a long one that has waited long enough',
    waiting: [waits('a', 9000, 8), waits('b', 20)],
    served: [],
    places: [0, 1],
  },
])('$name', ({ waiting, served, places }) => {
  expect(order(waiting, new Map(served))).toEqual(places)
})

describe('a queue', () => {
  const names = (queue: FairQueue<{ name: string; client: string; tokens: number }>) => {
    const taken: string[] = []
    for (let [next] = queue.inOrder(); next !== undefined; [next] = queue.inOrder()) {
      taken.push(next.name)
      queue.taken(next)
    }
    return taken
  }
  const queueOf = (...items: [name: string, client: string, tokens: number][]) => {
    const queue = new FairQueue<{ name: string; client: string; tokens: number }>(item => item)
    for (const [name, client, tokens] of items) queue.add({ name, client, tokens })
    return queue
  }

  test('takes clients in turn', () => {
    const queue = queueOf(
      ['a1', 'a', 900],
      ['a2', 'a', 900],
      ['a3', 'a', 900],
      ['b1', 'b', 900],
      ['c1', 'c', 900],
    )
    expect(names(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'a3'])
  })

  test('lets a long prompt in though short ones keep coming', () => {
    const queue = queueOf(['long', 'a', 9000])
    const taken: string[] = []
    for (let index = 0; index < 20; index++) {
      queue.add({ name: `short${index}`, client: 'b', tokens: 10 })
      const [next] = queue.inOrder()
      if (next === undefined) throw new Error('somebody waits')
      taken.push(next.name)
      queue.taken(next)
    }
    expect(taken.indexOf('long')).toBe(8)
  })

  test('forgets who leaves', () => {
    const queue = new FairQueue<{ name: string; client: string; tokens: number }>(item => item)
    const item = { name: 'a', client: 'a', tokens: 1 }
    queue.add(item)
    queue.remove(item)
    expect(queue.length).toBe(0)
    expect(queue.inOrder()).toEqual([])
  })
})
