import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { withSigns } from './signs.ts'

async function* slowly(...items: readonly [milliseconds: number, item: string][]) {
  for (const [milliseconds, item] of items) {
    await sleep(milliseconds)
    yield item
  }
}

it('gives a sign for each stretch of silence, and everything else as it was', async () => {
  const seen: string[] = []
  for await (const item of withSigns(slowly([0, 'a'], [120, 'b'], [0, 'c']), 50, () => '.')) seen.push(item)
  expect(seen.filter(item => item !== '.')).toEqual(['a', 'b', 'c'])
  const between = seen.slice(seen.indexOf('a') + 1, seen.indexOf('b'))
  expect(between.length).toBeGreaterThan(0)
  expect(seen.indexOf('c')).toBe(seen.indexOf('b') + 1)
})

it('closes the source when its reader leaves, and throws what it throws', async () => {
  let closed = false
  async function* source() {
    try {
      yield 1
      throw new Error('broken')
    } finally {
      closed = true
    }
  }
  for await (const _item of withSigns(source(), 1000, () => 0)) break
  expect(closed).toBe(true)
  const read = async () => {
    for await (const _item of withSigns(source(), 1000, () => 0));
  }
  await expect(read()).rejects.toThrow('broken')
})
