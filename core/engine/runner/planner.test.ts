import { expect, test } from 'vitest'
import { Job } from './job.ts'
import { Planner } from './planner.ts'
import type { Slot } from './slot.ts'

function slotWith(index: number, prompt: number): Slot {
  const request = {
    id: index,
    prompt: new Uint32Array(prompt),
    maxTokens: 10,
    stop: [],
    timeLimit: undefined,
    predicted: [],
    chooser: () => expect.fail('Nothing is chosen here.'),
    client: '',
  }
  const job = new Job(request, 0)
  return {
    index,
    job,
    tokens: [],
    cuttable: true,
    untilCheckpoint: (pending: number) => pending,
  } as unknown as Slot
}

/** Runs steps of 2 ms a token until all prompts are computed. @returns the slots of the steps, one after the other */
function turns(planner: Planner, slots: readonly Slot[]): number[] {
  const taken: number[] = []
  for (;;) {
    const step = planner.compose(slots)
    if (step.length === 0) return taken
    for (const { slot, tokens } of step) {
      slots[slot]?.job?.take(tokens)
      taken.push(slot)
    }
    planner.learn(
      step,
      slots,
      step.reduce((sum, { tokens }) => sum + tokens * 2, 0),
    )
    // What is computed would begin to decode, which is not looked at here.
    for (const { job } of slots) if (job !== undefined && job.pending === 0) job.aborted = true
  }
}

const start = () => new Planner({ batchSize: 512, stepMilliseconds: 10, tile: 0 })

test('the shortest prompt is computed first, also when many steps were made before', () => {
  const planner = start()
  expect(turns(planner, [slotWith(0, 20_000)]).length).toBeGreaterThan(100)
  const order = turns(planner, [slotWith(0, 900), slotWith(1, 400), slotWith(2, 120)])
  expect(order).toEqual(order.toSorted((a, b) => b - a))
})

test('the longest prompt is not kept waiting for ever', () => {
  const order = turns(start(), [
    slotWith(0, 9_000),
    ...Array.from({ length: 90 }, (_, index) => slotWith(index + 1, 100)),
  ])
  expect(order.indexOf(0)).toBeGreaterThan(50)
  expect(order.indexOf(0)).toBeLessThan(80)
})
