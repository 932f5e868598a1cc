import { Pace } from './pace.ts'
import { Share } from './share.ts'
import type { Slot } from './slot.ts'
import { decodeParts, nextPrompt, type StepPart, type Wish } from './step.ts'
import { StepCosts } from './step-costs.ts'

/** Milliseconds that a step with prompt tokens may take: an abort waits as long, and so does every stream beside it. */
const stepBudget = 230
const sharedStepBudget = 125
/** What is left of a prompt that may take the longer time beside streams, too: it is soon over. */
const soonOver = 256

export interface PlannerParts {
  /** Widest batch of one step, in tokens. */
  readonly batchSize: number
  /** Milliseconds that a step of one token takes, for the first prompt. */
  readonly stepMilliseconds: number
  /** Prompt tokens that are cheaper together; 0: any number. */
  readonly tile: number
}

/** Decides what each step computes, by what the steps before have cost. Touches nothing native. */
export class Planner {
  readonly #batchSize: number
  readonly #pace: Pace
  /** What steps cost by their width. */
  readonly costs = new StepCosts()
  readonly #share = new Share()
  #steps = 0

  constructor({ batchSize, stepMilliseconds, tile }: PlannerParts) {
    this.#batchSize = batchSize
    this.#pace = new Pace(batchSize, Math.floor(stepBudget / stepMilliseconds), tile)
  }

  compose(slots: readonly Slot[]): StepPart[] {
    const wishes = slots.flatMap(slot => wishOf(slot, this.#steps))
    const decoding = wishes.filter(wish => wish.phase === 'decode')
    const prompt = nextPrompt(
      wishes.filter(wish => wish.phase === 'prefill'),
      this.#steps,
    )
    if (decoding.length === 0 || prompt === undefined) this.#share.settle()
    if (prompt !== undefined && !this.#share.owes)
      return [this.#chunk(prompt, slots[prompt.slot] as Slot, decoding.length > 0)]
    return decodeParts(decoding, this.costs.width(decoding.length), this.#batchSize)
  }

  /** What the step that `compose` made has cost. */
  learn(step: readonly StepPart[], slots: readonly Slot[], milliseconds: number): void {
    this.#steps++
    let prefill = 0
    let decode = 0
    let place = 0
    for (const { slot, tokens } of step) {
      const job = slots[slot]?.job
      if (job === undefined) continue
      job.lastStep = this.#steps
      if (job.phase === 'decode') decode += tokens
      else {
        prefill += tokens
        place = (slots[slot]?.tokens.length ?? 0) - tokens
      }
    }
    if (prefill === 0) {
      this.costs.learn(decode, milliseconds)
      this.#share.decoded(milliseconds)
      return
    }
    this.#pace.learn(prefill, milliseconds, place)
    if (slots.some(slot => slot.job?.phase === 'decode')) this.#share.prefilled(milliseconds)
  }

  #chunk({ slot, tokens }: Wish, { cuttable, tokens: held }: Slot, shared: boolean): StepPart {
    const again = cuttable ? this.#pace.again(tokens, held.length) : 0
    if (again > 0) return { slot, tokens: tokens + again, again }
    const budget = shared && tokens > soonOver ? sharedStepBudget : stepBudget
    return { slot, tokens: this.#pace.chunk(budget, tokens, held.length) }
  }
}

function wishOf(slot: Slot, steps: number): Wish[] {
  const { job, index } = slot
  if (job === undefined || job.aborted) return []
  // One that has just come has not waited for all the steps there ever were.
  if (job.lastStep === 0) job.lastStep = steps
  const tokens = job.phase === 'prefill' ? slot.untilCheckpoint(job.pending) : job.pending
  return [{ slot: index, phase: job.phase, tokens, lastStep: job.lastStep }]
}
