import { anyDigits, digit, group } from './digits.ts'

/**
 * The digits after a decimal point, as expressions within bounds. A bound is a digit string without trailing zeros: ''
 * is 0, '25' is 0.25.
 */
export interface Fractions {
  /** Whether there may be no digit at all. */
  readonly empty: boolean
  /** Expressions of one digit and more. */
  readonly alternatives: readonly string[]
}

/** Free digits after a bound; with the bound's own they stay within what a double keeps. */
const free = 10
const none: Fractions = { empty: false, alternatives: [] }
const any: Fractions = { empty: true, alternatives: [anyDigits(1, free)] }
const zeros: Fractions = { empty: true, alternatives: [`"0"{1,${free}}`] }
const positive: Fractions = { empty: false, alternatives: [`"0"{0,6} [1-9] ${anyDigits(0, 4)}`] }

export interface FractionBound {
  readonly digits: string
  readonly exclusive: boolean
}

/** Fractions from `low` (absent: 0) to `high` (absent: below 1). */
export function fractionsBetween(low: FractionBound | undefined, high: FractionBound | undefined): Fractions {
  if (!high) return low ? atLeast(low) : any
  if (!low || (low.digits === '' && !low.exclusive)) return atMost(high)
  if (high.digits === '') return none
  const first = Number(low.digits[0] ?? '0')
  const last = Number(high.digits[0])
  const [lowRest, highRest] = [rest(low), rest(high)]
  if (first === last) return joined([follow(first, fractionsBetween(lowRest, highRest))])
  if (first > last) return none
  return joined([
    follow(first, atLeast(lowRest)),
    first + 1 < last ? `${digit(first + 1, last - 1)} ${anyDigits(0, free)}` : undefined,
    follow(last, atMost(highRest)),
  ])
}

function atLeast(bound: FractionBound): Fractions {
  if (bound.digits === '') return bound.exclusive ? positive : any
  const first = Number(bound.digits[0])
  return joined([
    follow(first, atLeast(rest(bound))),
    first < 9 ? `${digit(first + 1, 9)} ${anyDigits(0, free)}` : undefined,
  ])
}

function atMost(bound: FractionBound): Fractions {
  if (bound.digits === '') return bound.exclusive ? none : zeros
  const first = Number(bound.digits[0])
  const { alternatives } = joined([
    first > 0 ? `${digit(0, first - 1)} ${anyDigits(0, free)}` : undefined,
    follow(first, atMost(rest(bound))),
  ])
  return { empty: true, alternatives }
}

function rest({ digits, exclusive }: FractionBound): FractionBound {
  return { digits: digits.slice(1), exclusive }
}

function joined(alternatives: readonly (string | undefined)[]): Fractions {
  return { empty: false, alternatives: alternatives.filter(alternative => alternative !== undefined) }
}

/** One digit, then what may follow it; undefined when nothing may. */
function follow(first: number, after: Fractions): string | undefined {
  if (after.alternatives.length === 0) return after.empty ? `"${first}"` : undefined
  return `"${first}" ${after.empty ? `(${after.alternatives.join(' | ')})?` : group(after.alternatives)}`
}
