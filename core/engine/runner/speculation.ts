import type { StepCosts } from './step-costs.ts'

/** Guesses tried in one step, the shortest first. */
const lengths = [3, 7, 15]
/** What is believed of guesses before any was tried: of those from the past half of them hold, of a draft model's more. */
const tried = 4
export const believed = { lookup: 0.5, draft: 0.75 } as const
/** Likelihood of a guess from which it is worth finding out what a wider step costs. */
const promising = 0.7
/** A step with guesses must be so much better than the steps it spares, because costs are measured with scatter. */
const margin = 1.15

/** How well guesses have held in one answer. */
export class Trust {
  #accepted: number
  #tried = tried

  /** @param chance that the first guess holds */
  constructor(chance: number) {
    this.#accepted = chance * tried
  }

  /** Of `drafted` guesses the first `accepted` held: each that held was one trial, and the one that did not another. */
  learn(drafted: number, accepted: number): void {
    // The past counts less and less: a text has parts that repeat and parts that do not.
    this.#accepted = this.#accepted * 0.9 + accepted
    this.#tried = this.#tried * 0.9 + Math.min(drafted, accepted + 1)
  }

  /** How likely the next guess holds when all before it did. */
  get chance(): number {
    return Math.min(0.98, this.#accepted / this.#tried)
  }
}

/**
 * How many guesses to try in the next step of a single stream: where a wider step costs more than the tokens it may
 * bring, none. On a processor with few cores that is nearly always so, on a GPU nearly never.
 *
 * @param each milliseconds that a guess costs by itself
 */
export function guesses(costs: Pick<StepCosts, 'cost'>, chance: number, each = 0): number {
  const single = costs.cost(1)
  if (single === undefined) return 0
  let best = 0
  let least = single / margin
  for (const length of lengths) {
    const cost = costs.cost(1 + length)
    // Not known yet: it is tried once, after the shorter ones have shown promise.
    if (cost === undefined) return best > 0 || (length === lengths[0] && chance >= promising) ? length : best
    const perToken = (cost + each * length) / expected(length, chance)
    if (perToken >= least) continue
    best = length
    least = perToken
  }
  return best
}

/** Tokens that a step with `length` guesses brings on average: its own one, and those guesses that hold. */
export function expected(length: number, chance: number): number {
  return (1 - chance ** (length + 1)) / (1 - chance)
}
