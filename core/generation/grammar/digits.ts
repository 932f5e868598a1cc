/** GBNF expressions of decimal digit strings within bounds: the parts that integers and decimals are made of. */

/** `count` digits, or between two counts. */
export function anyDigits(min: number, max = min): string {
  if (max <= 0) return '""'
  if (min === max) return min === 1 ? '[0-9]' : `[0-9]{${min}}`
  return min === 0 && max === 1 ? '[0-9]?' : `[0-9]{${min},${max}}`
}

/** Digit strings as long as `low` and `high` (which are equally long), from `low` to `high`. */
function between(low: string, high: string): string {
  if (low === high) return low === '' ? '""' : `"${low}"`
  if (/^0*$/.test(low) && /^9*$/.test(high)) return anyDigits(low.length)
  const [first, last] = [Number(low[0]), Number(high[0])]
  const [lowRest, highRest] = [low.slice(1), high.slice(1)]
  if (first === last) return `"${first}" ${between(lowRest, highRest)}`
  const rest = low.length - 1
  const alternatives: string[] = []
  let from = first
  let to = last
  if (!/^0*$/.test(lowRest)) {
    alternatives.push(`"${first}" ${between(lowRest, '9'.repeat(rest))}`)
    from += 1
  }
  if (!/^9*$/.test(highRest)) to -= 1
  if (from <= to) alternatives.push(rest === 0 ? digit(from, to) : `${digit(from, to)} ${anyDigits(rest)}`)
  if (to < last) alternatives.push(`"${last}" ${between('0'.repeat(rest), highRest)}`)
  return group(alternatives)
}

export function digit(low: number, high: number): string {
  return low === high ? `"${low}"` : `[${low}-${high}]`
}

export function group(alternatives: readonly string[]): string {
  return alternatives.length === 1 ? alternatives[0]! : `(${alternatives.join(' | ')})`
}

/** Whole numbers without sign from `low` to `high` (decimal digits, no leading zeros), written without leading zeros. */
export function naturals(low: string, high: string): string | undefined {
  if (low.length === high.length) return low <= high ? between(low, high) : undefined
  if (low.length > high.length) return undefined
  const alternatives = [between(low, '9'.repeat(low.length))]
  const [shortest, longest] = [low.length + 1, high.length - 1]
  if (shortest <= longest) alternatives.push(`[1-9] ${anyDigits(shortest - 1, longest - 1)}`)
  alternatives.push(between(`1${'0'.repeat(high.length - 1)}`, high))
  return group(alternatives)
}
