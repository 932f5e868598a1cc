/** The value below which the share `q` of the values lies (nearest rank). @throws on an empty list */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new Error('There is no quantile of no values.')
  const sorted = values.toSorted((a, b) => a - b)
  const place = Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))
  return sorted[place] as number
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  if (sorted.length === 0) throw new Error('There is no median of no values.')
  if (!Number.isInteger(half)) return sorted[Math.floor(half)] as number
  return ((sorted[half - 1] as number) + (sorted[half] as number)) / 2
}

/**
 * Runs all of them once a round, each round beginning with another one, so that what changes slowly (heat, other
 * programs) meets all alike.
 *
 * @returns one list of results for each of `runs`, in the order of the rounds
 */
export async function interleave<T>(
  rounds: number,
  runs: readonly (() => Promise<T>)[],
): Promise<readonly T[][]> {
  const results = runs.map((): T[] => [])
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < runs.length; step++) {
      const place = (round + step) % runs.length
      results[place]?.push(await (runs[place] as () => Promise<T>)())
    }
  }
  return results
}

/** `a[i] - b[i]` of two lists of the same length. */
export function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, place) => value - (b[place] as number))
}
