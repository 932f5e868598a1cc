import type { MonitoringSample } from '../../../../core/contract/monitoring.ts'

/** One point of one line. */
export interface Datum {
  readonly time: Date
  readonly name: string
  /** Null where the line is broken. */
  readonly value: number | null
}

export interface Line {
  readonly name: string
  readonly pick: (sample: MonitoringSample) => number | null
  /** Drawn through times of which nothing is known: for what is known only now and then. */
  readonly joins?: true
}

/** The points of several lines, as the charts read them; a gap, of more than a step of so many seconds, breaks a line. Pure. */
export function dataOf(samples: readonly MonitoringSample[], step: number, lines: readonly Line[]): Datum[] {
  return lines.flatMap(({ name, pick, joins }) => {
    const data: Datum[] = []
    let last: number | undefined
    for (const sample of samples) {
      const value = pick(sample)
      const isBroken = last !== undefined && sample.time - last > 1.5 * step * 1000
      if (isBroken && !joins) data.push({ time: new Date(sample.time - 1), name, value: null })
      if (value !== null || !joins) data.push({ time: new Date(sample.time), name, value })
      last = sample.time
    }
    return data.some(({ value }) => value !== null) ? data : []
  })
}

/** Tokens a second of a count; null where no time is told of. */
export function rate(count: number | null, { seconds }: MonitoringSample): number | null {
  return count === null || seconds === 0 ? null : count / seconds
}

/** Share of the prompts that was not computed again; null where there were none. */
export function cachedShare({ cached, prompt }: MonitoringSample): number | null {
  return cached === null || prompt === null || prompt === 0 ? null : cached / prompt
}

/** Spans of time that are shown, in milliseconds. */
export const ranges = {
  hour: 3600_000,
  hours: 6 * 3600_000,
  day: 24 * 3600_000,
  week: 7 * 24 * 3600_000,
  month: 30 * 24 * 3600_000,
} as const
export type Range = keyof typeof ranges
export const rangeNames = Object.keys(ranges) as Range[]
