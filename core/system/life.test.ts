import { expect, test } from 'vitest'
import { Bus } from '../platform/bus.ts'
import { Life } from './life.ts'

function start() {
  const told: string[] = []
  const bus = new Bus(error => {
    throw error
  })
  bus.listen((topic, data) => told.push(`${topic} ${JSON.stringify(data)}`))
  return { told, life: new Life(bus, () => 3) }
}

test('every state is told, with what is running', () => {
  const { told, life } = start()
  expect(life.state).toBe('starting')
  life.enter('running')
  expect(life.state).toBe('running')
  expect(told).toEqual(['core.changed {"state":"running","activeRequests":3}'])
})

test('the first wish decides why; the second one is in a hurry', async () => {
  const { life } = start()
  expect(life.end({ why: 'first', now: false })).toBe(1)
  expect(life.hurry.aborted).toBe(false)
  expect(life.end({ why: 'second', now: false })).toBe(2)
  expect(life.hurry.aborted).toBe(true)
  expect(await life.ending).toEqual({ why: 'first', now: false })
})

test('"now" is in a hurry at once', () => {
  const { life } = start()
  life.end({ why: 'orphaned', now: true })
  expect(life.hurry.aborted).toBe(true)
})
