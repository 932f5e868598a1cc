import type { Insight } from '../../contract/monitoring.ts'
import type { StoredRequest } from '../history/store.ts'
import { median } from './median.ts'

type Slower = Extract<Insight, { kind: 'slower' }>

/** Shorter answers say more of the machine's mood than of its speed. */
const leastTokens = 16
/** The latest answers of a model that are looked at. */
const mostLooked = 200
const leastBefore = 12
const leastSince = 8
/** Share of the former speed below which it is worth a word. */
const worthTelling = 0.8
/** How much better two levels must explain the speeds than one: less is noise. */
const explained = 0.75
const stillGoing = 24 * 3600 * 1000

/**
 * Models that write slower than they did, and since when: the point in time that splits their speeds best into two
 * levels (least sum of distances from the two medians), where the second is clearly lower. Pure.
 *
 * @param requests the newest first
 */
export function slower(requests: readonly StoredRequest[], now: number): Slower[] {
  const written = requests.filter(one => one.completionTokens >= leastTokens && (one.decode ?? 0) > 0)
  return [...Map.groupBy(written, ({ model }) => model)].flatMap(([model, rows]) => {
    const timely = rows.slice(0, mostLooked).toReversed()
    const found = split(timely.map(speedOf))
    const [first, last] = [timely[found?.at ?? 0], timely.at(-1)]
    if (found === null || first === undefined || last === undefined) return []
    if (found.now > found.before * worthTelling || now - last.time > stillGoing) return []
    return [
      {
        kind: 'slower' as const,
        model,
        since: first.time,
        before: found.before,
        now: found.now,
        requestsBefore: found.at,
        requestsSince: timely.length - found.at,
        requests: timely
          .slice(-5)
          .map(({ id }) => id)
          .toReversed(),
      },
    ]
  })
}

function speedOf({ completionTokens, decode }: StoredRequest): number {
  return completionTokens / ((decode ?? 0) / 1000)
}

/** Where speeds go from one level to another; null where they do not, or there are too few. */
function split(speeds: readonly number[]): { at: number; before: number; now: number } | null {
  let best: { at: number; before: number; now: number; spread: number } | null = null
  for (let at = 1; at < speeds.length; at++) {
    const [before, since] = [speeds.slice(0, at), speeds.slice(at)]
    const levels = { before: median(before), now: median(since) }
    const spread = distance(before, levels.before) + distance(since, levels.now)
    if (best === null || spread < best.spread) best = { at, ...levels, spread }
  }
  if (best === null || best.at < leastBefore || speeds.length - best.at < leastSince) return null
  return best.spread > explained * distance(speeds, median(speeds)) ? null : best
}

function distance(values: readonly number[], from: number): number {
  return values.reduce((sum, value) => sum + Math.abs(value - from), 0)
}
