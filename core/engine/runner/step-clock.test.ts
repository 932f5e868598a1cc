import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { StepClock } from './step-clock.ts'

const pause = 60

async function timed(threads: number | undefined, work: () => unknown): Promise<number> {
  const clock = new StepClock(threads)
  clock.start()
  work()
  await new Promise(resolve => setTimeout(resolve, pause))
  return clock.stop()
}

test('a step that waits costs its threads little, and a GPU’s costs what the clock says', async () => {
  expect(await timed(1, () => {})).toBeLessThan(pause / 2)
  expect(await timed(undefined, () => {})).toBeGreaterThanOrEqual(pause - 2)
  expect([new StepClock(4).onProcessor, new StepClock(undefined).onProcessor]).toEqual([true, false])
})

test('what this thread does is none of the step’s cost', async () => {
  const cost = await timed(1, () => {
    const until = performance.now() + pause
    while (performance.now() < until) createHash('sha256').update('busy').digest()
  })
  expect(cost).toBeLessThan(pause / 2)
})
