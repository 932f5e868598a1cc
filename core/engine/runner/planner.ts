import { lookUp } from './lookup.ts'
import { Pace } from './pace.ts'
import { Share } from './share.ts'
import type { Slot } from './slot.ts'
import { guesses } from './speculation.ts'
import { composeStep, type StepPart, type Wish } from './step.ts'
import { StepCosts } from './step-costs.ts'

/** Milliseconds that a step with prompt tokens may take: an abort waits as long, and so does every stream beside it. */
const stepBudget = 230
const sharedStepBudget = 125

/** Decides what each step computes, by what the steps before have cost. Touches nothing native. */
export class Planner {
  readonly #batchSize: number
  readonly #pace: Pace
  readonly #costs = new StepCosts()
  readonly #share = new Share()
  #steps = 0

  /** @param stepMilliseconds what a step of one token takes, for the first prompt */
  constructor(batchSize: number, stepMilliseconds: number) {
    this.#batchSize = batchSize
    this.#pace = new Pace(batchSize, Math.floor(stepBudget / stepMilliseconds))
  }

  compose(slots: readonly Slot[]): StepPart[] {
    const wishes = slots.flatMap(slot => wishOf(slot))
    const decoding = wishes.filter(wish => wish.phase === 'decode').length
    const prompts = wishes.length - decoding
    if (decoding === 0 || prompts === 0) this.#share.settle()
    const batchSize = this.#batchSize
    if (prompts > 0 && !this.#share.owes) {
      const prefill = this.#pace.chunk(decoding > 0 ? sharedStepBudget : stepBudget)
      return composeStep(wishes, {
        batchSize,
        prefill,
        decode: this.#cheaperTogether(decoding) ? decoding : 0,
      })
    }
    if (decoding === 1 && prompts === 0) return this.#guess(slots)
    return composeStep(wishes, { batchSize, prefill: 0, decode: this.#costs.width(decoding) })
  }

  /** What the step that `compose` made has cost. */
  learn(step: readonly StepPart[], slots: readonly Slot[], milliseconds: number): void {
    this.#steps++
    let prefill = 0
    let decode = 0
    for (const { slot, tokens } of step) {
      const job = slots[slot]?.job
      if (job === undefined) continue
      job.lastStep = this.#steps
      if (job.phase === 'prefill') prefill += tokens
      else decode += tokens
    }
    if (prefill === 0) {
      this.#costs.learn(decode, milliseconds)
      this.#share.decoded(milliseconds)
      return
    }
    this.#pace.learn(prefill, decode, milliseconds)
    if (slots.some(slot => slot.job?.phase === 'decode'))
      this.#share.prefilled(milliseconds, decode * (this.#costs.perToken(decode) ?? 0))
  }

  /** Whether streams move on at less cost in a step with prompt tokens than in steps of their own. */
  #cheaperTogether(decoding: number): boolean {
    const alone = this.#costs.perToken(decoding)
    const together = this.#pace.perToken
    return alone !== undefined && together !== undefined && together < alone / 2
  }

  /** A single stream's step, with guesses where they are worth it. */
  #guess(slots: readonly Slot[]): StepPart[] {
    const slot = slots.find(({ job }) => job?.phase === 'decode' && !job.aborted)
    const job = slot?.job
    if (slot === undefined || job === undefined) return []
    const most = Math.min(guesses(this.#costs, job.trust.chance), job.left - 1, this.#batchSize - 1)
    // A state that cannot be cut could not lose the guesses that do not hold.
    if (most > 0 && slot.cuttable) job.draft = lookUp(slot.tokens, job.next, most, job.request.predicted)
    return [{ slot: slot.index, tokens: job.pending }]
  }
}

function wishOf(slot: Slot): Wish[] {
  const { job, index } = slot
  if (job === undefined || job.aborted) return []
  const tokens = job.phase === 'prefill' ? slot.untilCheckpoint(job.pending) : job.pending
  return [{ slot: index, phase: job.phase, tokens, lastStep: job.lastStep }]
}
