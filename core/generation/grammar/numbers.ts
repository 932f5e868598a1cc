import { anyDigits, group, naturals } from './digits.ts'
import { type FractionBound, fractionsBetween } from './fractions.ts'

/** A bound on a number; `exclusive` leaves the bound itself out. */
export interface Bound {
  readonly value: number
  readonly exclusive: boolean
}

export interface NumberLimits {
  readonly low: Bound | undefined
  readonly high: Bound | undefined
}

/** Digits a number may have: what a double keeps, so that no value is rounded over a bound. */
const maxDigits = 15
/** Whole parts up to this one may have a fraction. */
const longest = 999_999_999n

const anyInteger = `"-"? ("0" | [1-9] ${anyDigits(0, maxDigits)})`
export const anyNumber = `${anyInteger} ("." ${anyDigits(1, maxDigits + 1)})? ([eE] [-+]? [0-2]? [0-9]{1,2})?`

/** Integers within the limits; undefined when there is none. */
export function integerExpression({ low, high }: NumberLimits): string | undefined {
  if (!low && !high) return anyInteger
  const ceiling = BigInt('9'.repeat(maxDigits + 1))
  let min = low ? BigInt(Math.ceil(clamp(low.value))) : -ceiling
  let max = high ? BigInt(Math.floor(clamp(high.value))) : ceiling
  if (low?.exclusive && Number.isInteger(low.value)) min += 1n
  if (high?.exclusive && Number.isInteger(high.value)) max -= 1n
  const alternatives: string[] = []
  if (min < 0n) {
    const nearest = max < 0n ? -max : 1n
    const negatives = nearest <= -min ? naturals(String(nearest), String(-min)) : undefined
    if (negatives !== undefined) alternatives.push(`"-" ${negatives}`)
  }
  if (max >= 0n) {
    const naturalsFrom = min > 0n ? min : 0n
    const positives = naturalsFrom <= max ? naturals(String(naturalsFrom), String(max)) : undefined
    if (positives !== undefined) alternatives.push(positives)
  }
  return alternatives.length === 0 ? undefined : group(alternatives)
}

function clamp(value: number): number {
  return Math.max(-1e16, Math.min(1e16, value))
}

/**
 * Numbers within the limits, without exponents when there are limits. Undefined when there is none; 'unbounded' when
 * the limits cannot be put in digits (more than `maxDigits` of them).
 */
export function numberExpression(limits: NumberLimits): string | undefined | 'unbounded' {
  const { low, high } = limits
  if (!low && !high) return anyNumber
  const lowDecimal = low && decimal(low)
  const highDecimal = high && decimal(high)
  if (lowDecimal === null || highDecimal === null) return 'unbounded'
  if (
    low &&
    high &&
    (low.value > high.value || (low.value === high.value && (low.exclusive || high.exclusive)))
  ) {
    return undefined
  }
  const alternatives: string[] = []
  if (!lowDecimal || lowDecimal.negative) {
    const nearest = highDecimal?.negative ? highDecimal : undefined
    const part = nonNegative(nearest ?? zero(true), lowDecimal)
    if (part !== undefined) alternatives.push(`"-" ${part}`)
  }
  if (!highDecimal?.negative) {
    const from = lowDecimal && !lowDecimal.negative ? lowDecimal : zero(false)
    const part = nonNegative(from, highDecimal)
    if (part !== undefined) alternatives.push(part)
  }
  return alternatives.length === 0 ? undefined : group(alternatives)
}

interface Decimal {
  readonly negative: boolean
  readonly whole: string
  /** Without trailing zeros. */
  readonly fraction: string
  readonly exclusive: boolean
}

function zero(exclusive: boolean): Decimal {
  return { negative: false, whole: '0', fraction: '', exclusive }
}

/** The bound in plain digits; null when it has too many. */
function decimal({ value, exclusive }: Bound): Decimal | null {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15) return null
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(
    String(value).includes('e') ? value.toFixed(20) : String(value),
  )
  if (!match) return null
  const fraction = (match[3] ?? '').replace(/0+$/, '')
  if (
    match[2]!.length + fraction.length > maxDigits + 1 ||
    Number(`${match[2]}.${fraction}`) !== Math.abs(value)
  ) {
    return null
  }
  return { negative: match[1] === '-', whole: match[2]!, fraction, exclusive }
}

/** Unsigned numbers from `low` to `high` (absent: without end), the sign of both left aside. */
function nonNegative(low: Decimal, high: Decimal | undefined): string | undefined {
  if (high && low.whole === high.whole) return withWhole(low.whole, low, high)
  const alternatives: string[] = []
  const lowest = withWhole(low.whole, low, undefined)
  if (lowest !== undefined) alternatives.push(lowest)
  const above = BigInt(low.whole) + 1n
  const below = high ? BigInt(high.whole) - 1n : BigInt('9'.repeat(maxDigits))
  // Long numbers leave no digits for a fraction.
  const small = wholes(above, below < longest ? below : longest)
  if (small !== undefined) alternatives.push(`${small} ("." ${anyDigits(1, maxDigits - 9)})?`)
  const large = wholes(above > longest ? above : longest + 1n, below)
  if (large !== undefined) alternatives.push(large)
  const highest = high && withWhole(high.whole, undefined, high)
  if (highest !== undefined) alternatives.push(highest)
  return alternatives.length === 0 ? undefined : group(alternatives)
}

function wholes(low: bigint, high: bigint): string | undefined {
  return low <= high ? naturals(String(low), String(high)) : undefined
}

/** Numbers with this whole part whose fraction lies between those of `low` and `high`. */
function withWhole(whole: string, low: Decimal | undefined, high: Decimal | undefined): string | undefined {
  const { empty, alternatives } = fractionsBetween(low && fraction(low), high && fraction(high))
  if (alternatives.length === 0) return empty ? `"${whole}"` : undefined
  const digits = `"." ${group(alternatives)}`
  return empty ? `"${whole}" (${digits})?` : `"${whole}" ${digits}`
}

function fraction({ fraction: digits, exclusive }: Decimal): FractionBound {
  return { digits, exclusive }
}
