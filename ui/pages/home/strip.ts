import type { RequestRow } from '../../requests.ts'

export const strip = { bucketMilliseconds: 10_000, buckets: 30 }

/** Tokens of the answers that ended in each of the last buckets, the newest last. Pure. */
export function bucketTokens(rows: readonly RequestRow[], now: number): number[] {
  const buckets = Array.from({ length: strip.buckets }, () => 0)
  for (const { end, finishedAt } of rows) {
    if (end === null || finishedAt === null) continue
    const place = strip.buckets - 1 - Math.floor((now - finishedAt) / strip.bucketMilliseconds)
    if (place >= 0 && place < strip.buckets) buckets[place] = (buckets[place] ?? 0) + end.completionTokens
  }
  return buckets
}
