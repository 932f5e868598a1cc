import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { expect, test } from 'vitest'
import { childrenOf, processorMilliseconds, residentBytes } from './process-usage.ts'

test('memory is what the process itself says', () => {
  const own = process.memoryUsage.rss()
  expect(residentBytes(process.pid) / own).toBeGreaterThan(0.8)
  expect(residentBytes(process.pid) / own).toBeLessThan(1.25)
})

test('processor time grows by what is used', () => {
  const before = processorMilliseconds(process.pid)
  const until = performance.now() + 200
  while (performance.now() < until) Math.sqrt(until)
  const spent = processorMilliseconds(process.pid) - before
  // Another program may have had the processor meanwhile, so there is no tight lower bound.
  expect(spent).toBeGreaterThan(20)
  expect(spent).toBeLessThan(2000)
})

test('children are found while they run', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(child, 'spawn')
  expect(childrenOf(process.pid)).toContain(child.pid)
  child.stdin.end()
  await once(child, 'exit')
  expect(childrenOf(process.pid)).not.toContain(child.pid)
})
