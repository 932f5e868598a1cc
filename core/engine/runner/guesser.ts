import type { Speculation } from '../engine.ts'
import type { Drafter } from './drafter.ts'
import type { Job } from './job.ts'
import { lookUp } from './lookup.ts'
import type { Slot } from './slot.ts'
import { guesses } from './speculation.ts'
import type { StepCosts } from './step-costs.ts'

export interface GuesserParts {
  readonly speculation: Speculation
  /** Absent where no draft model is configured. */
  readonly drafter: Drafter | undefined
  readonly costs: Pick<StepCosts, 'cost'>
  /** Widest batch of one step, in tokens. */
  readonly batchSize: number
}

/** Guesses a single stream's next tokens, which one wider step then checks: where that costs less than it spares. */
export class Guesser {
  readonly #parts: GuesserParts

  constructor(parts: GuesserParts) {
    this.#parts = parts
  }

  /** Gives a stream's next step its guesses, or none. */
  async guess(slot: Slot, job: Job): Promise<void> {
    // A state that cannot be cut could not lose the guesses that do not hold.
    if (!slot.cuttable || this.#parts.speculation === 'off') return
    if (this.#lookUp(slot, job)) return
    await this.#draft(slot, job)
  }

  #lookUp(slot: Slot, job: Job): boolean {
    if (this.#parts.speculation === 'draft') return false
    const most = this.#most(job, guesses(this.#parts.costs, job.trust.lookup.chance))
    if (most <= 0) {
      // Not tried, only compared with what comes: so it is known without cost when a text begins to repeat itself.
      job.expected = lookUp(slot.tokens, job.next, 1, job.request.predicted)[0]
      return false
    }
    const found = lookUp(slot.tokens, job.next, most, job.request.predicted)
    job.guess(found, 'lookup')
    return found.length > 0
  }

  async #draft(slot: Slot, job: Job): Promise<void> {
    const { drafter, speculation, costs } = this.#parts
    if (drafter === undefined || speculation === 'lookup') return
    const most = this.#most(job, guesses(costs, job.trust.draft.chance, drafter.cost))
    if (most > 0) job.guess(await drafter.guess(slot.tokens, job.next, most), 'draft')
  }

  #most(job: Job, count: number): number {
    return Math.min(count, job.left - 1, this.#parts.batchSize - 1)
  }
}
