/** One value at a time; null where it is not known. */
export interface Point {
  readonly time: number
  readonly value: number | null
}

/** Width and height of the drawing, in its own units: a unit of width is a second. */
export const stripBox = { width: 300, height: 40 }
/** Samples further apart belong to different lines: nothing is known of the time between. */
const longestGap = 45_000

/** A line through the points of the last five minutes, as SVG's path data; a gap is a gap. `most` is the top. Pure. */
export function stripLine(points: readonly Point[], now: number, most: number): string {
  let path = ''
  let last: number | null = null
  for (const { time, value } of points) {
    const x = stripBox.width - (now - time) / 1000
    if (value === null || x < 0) {
      last = null
      continue
    }
    const y =
      stripBox.height - 1 - Math.min(1, most > 0 ? Math.max(0, value) / most : 0) * (stripBox.height - 2)
    const joins = last !== null && time - last <= longestGap
    path += `${joins ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`
    last = time
  }
  return path
}
