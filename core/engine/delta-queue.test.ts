import { expect, test } from 'vitest'
import { DeltaQueue } from './delta-queue.ts'

test('values come out in order, whoever was first', async () => {
  const queue = new DeltaQueue<number>()
  queue.put(1)
  queue.put(2)
  expect(await queue.take()).toBe(1)
  expect(await queue.take()).toBe(2)
  const waiting = queue.take()
  queue.put(3)
  expect(await waiting).toBe(3)
})

test('a failure waits until what came before it is read', async () => {
  const queue = new DeltaQueue<number>()
  queue.put(1)
  queue.fail(new Error('first'))
  queue.fail(new Error('second'))
  expect(await queue.take()).toBe(1)
  await expect(queue.take()).rejects.toThrow('first')
  await expect(queue.take()).rejects.toThrow('first')
})

test('a failure reaches a reader who waits', async () => {
  const queue = new DeltaQueue<number>()
  const waiting = queue.take()
  queue.fail(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
})

test('an abort does not wait', async () => {
  const queue = new DeltaQueue<number>()
  queue.put(1)
  queue.abort(new Error('not wanted'))
  await expect(queue.take()).rejects.toThrow('not wanted')
})
