import { expect, test } from 'vitest'
import { connectionLimit, descriptors } from './connections.ts'
import { bindAddresses } from './listeners.ts'

test.each([
  [1024, { limit: 20_000, open: 30 }, 1024],
  [1024, { limit: Number.POSITIVE_INFINITY, open: 30 }, 1024],
  [1024, { limit: 256, open: 30 }, 202],
  [1024, { limit: 64, open: 30 }, 10],
  [1024, { limit: 40, open: 30 }, 8],
  [8, { limit: 20_000, open: 30 }, 8],
])('of %i wanted with %j there may be %i', (wanted, has, expected) => {
  expect(connectionLimit(wanted, has)).toBe(expected)
})

test('the system says how many descriptors there are', async () => {
  const { limit, open } = await descriptors()
  expect(limit).toBeGreaterThan(open)
  expect(open).toBeGreaterThan(2)
})

test.each([
  ['127.0.0.1', ['127.0.0.1', '::1']],
  ['localhost', ['127.0.0.1', '::1']],
  ['::1', ['::1', '127.0.0.1']],
  ['0.0.0.0', ['0.0.0.0', '::1']],
  ['::', ['::']],
  ['192.168.1.5', ['192.168.1.5', '127.0.0.1', '::1']],
])('listening on %s means %j', (host, addresses) => {
  expect(bindAddresses(host)).toEqual(addresses)
})
