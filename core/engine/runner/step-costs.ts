/** Looks at a width before anything is believed of it: the first step of a width also builds its graph. */
const firstLooks = 2
/** Steps after which a width is looked at again: one that is nearly the best, and any. */
const lookAgainNear = 250
const lookAgain = 2_000
/** Nearly the best: within this factor of it, token for token. */
const near = 1.3
/** Measurements kept of each width. */
const kept = 8

interface Width {
  readonly times: number[]
  looks: number
  lastLook: number
}

/**
 * What a step costs by its width, learned while it runs, because nothing else tells: on one x86-64 core steps of 1, 2, 4
 * and 8 tokens of a 135M model take 7, 30, 47 and 54 ms, so that four streams are served fastest one after another; on
 * a GPU eight at once cost hardly more than one.
 */
export class StepCosts {
  readonly #widths = new Map<number, Width>()
  #steps = 0

  /** A step of `width` tokens, each of another sequence or following one another, took this long. */
  learn(width: number, milliseconds: number): void {
    this.#steps++
    const known = this.#widths.get(width) ?? { times: [], looks: 0, lastLook: 0 }
    this.#widths.set(width, known)
    known.looks++
    known.lastLook = this.#steps
    if (known.looks === 1 && width > 1) return
    known.times.push(milliseconds)
    if (known.times.length > kept) known.times.shift()
  }

  /** Milliseconds of a step; undefined where that is not known yet. */
  cost(width: number): number | undefined {
    const times = this.#widths.get(width)?.times
    return times === undefined || times.length === 0 ? undefined : lowerQuartile(times)
  }

  /** How many of `ready` sequences the next step should move on, or look at. */
  width(ready: number): number {
    return this.#toLookAt(ready) ?? cheapest(ready, width => this.cost(width))
  }

  /** Milliseconds a token when `ready` sequences move on in the best way; undefined where that is not known yet. */
  perToken(ready: number): number | undefined {
    const width = cheapest(ready, each => this.cost(each))
    const cost = this.cost(width)
    return cost === undefined ? undefined : cost / width
  }

  #toLookAt(ready: number): number | undefined {
    if (ready < 2) return undefined
    const best = this.perToken(ready) ?? Number.POSITIVE_INFINITY
    for (let width = ready; width >= 1; width--) {
      const known = this.#widths.get(width)
      if (known === undefined || known.looks < firstLooks) return width
      const age = this.#steps - known.lastLook
      const perToken = (this.cost(width) ?? Number.POSITIVE_INFINITY) / width
      if (age > lookAgain || (age > lookAgainNear && perToken <= best * near)) return width
    }
    return undefined
  }
}

/** The width with the least cost for each token; all at once while nothing is known. */
export function cheapest(ready: number, cost: (width: number) => number | undefined): number {
  let best = ready
  let least = Number.POSITIVE_INFINITY
  for (let width = ready; width >= 1; width--) {
    const perToken = (cost(width) ?? Number.POSITIVE_INFINITY) / width
    if (perToken >= least) continue
    best = width
    least = perToken
  }
  return best
}

/** Other programs only ever make a step slower, so the quicker ones tell more. */
function lowerQuartile(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 4)] as number
}
