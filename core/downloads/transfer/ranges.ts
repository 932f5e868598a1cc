/** From `start` up to, but not including, `end`. */
export type Range = readonly [start: number, end: number]

/** Ranges in order, none empty, none touching another. */
export type Ranges = readonly Range[]

export function withRange(ranges: Ranges, start: number, end: number): Ranges {
  if (end <= start) return ranges
  const before = ranges.filter(range => range[1] < start)
  const after = ranges.filter(range => range[0] > end)
  const touching = ranges.slice(before.length, ranges.length - after.length)
  const first = Math.min(start, touching[0]?.[0] ?? start)
  const last = Math.max(end, touching.at(-1)?.[1] ?? end)
  return [...before, [first, last], ...after]
}

export function totalOf(ranges: Ranges): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0)
}

/** How far the ranges reach from zero without a hole. */
export function prefixOf(ranges: Ranges): number {
  const first = ranges[0]
  return first !== undefined && first[0] === 0 ? first[1] : 0
}

export function gapsOf(ranges: Ranges, size: number): Ranges {
  const gaps: Range[] = []
  let position = 0
  for (const [start, end] of ranges) {
    if (start > position) gaps.push([position, start])
    position = end
  }
  if (position < size) gaps.push([position, size])
  return gaps
}

/** Reads what JSON.stringify wrote; anything that is not ranges within the size is as good as nothing. */
export function parseRanges(text: string, size: number): Ranges {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) return []
  let ranges: Ranges = []
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair)) return []
    const [start, end] = pair as unknown[]
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return []
    if ((start as number) < 0 || (end as number) > size) return []
    ranges = withRange(ranges, start as number, end as number)
  }
  return ranges
}

/** What one connection fetches. `position` moves on as bytes arrive; `end` moves back when another takes over the rest. */
export interface Segment {
  position: number
  end: number
}

export interface Claim {
  readonly start: number
  readonly end: number
  /** The running segment that ends at `start` from now on. */
  readonly cuts?: Segment
}

const smallestPiece = 4 * 1024 * 1024
const largestPiece = 64 * 1024 * 1024

/**
 * How much a connection fetches at a time. Pieces are handed out from the front, so that the hash can follow close
 * behind, and are large, because each costs a request and on the hub a redirect.
 */
export function pieceBytes(size: number, connections: number): number {
  return Math.min(largestPiece, Math.max(smallestPiece, Math.ceil(size / (connections * 4))))
}

/**
 * What a free connection does next: the first piece that nobody has or fetches, else the second half of what the
 * busiest connection has left, so that one slow connection does not hold up the end. Undefined: nothing left to do.
 */
export function claim(
  written: Ranges,
  busy: readonly Segment[],
  size: number,
  piece: number,
): Claim | undefined {
  let covered = written
  for (const segment of busy) covered = withRange(covered, segment.position, segment.end)
  const gap = gapsOf(covered, size)[0]
  if (gap !== undefined) return { start: gap[0], end: Math.min(gap[1], gap[0] + piece) }
  let busiest: Segment | undefined
  for (const segment of busy) {
    if (busiest === undefined || segment.end - segment.position > busiest.end - busiest.position)
      busiest = segment
  }
  if (busiest === undefined) return undefined
  const left = busiest.end - busiest.position
  if (left < 2 * smallestPiece) return undefined
  return { start: busiest.position + Math.ceil(left / 2), end: busiest.end, cuts: busiest }
}
