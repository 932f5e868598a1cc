import { type Figure, figureNames, figures, type MonitoringSample } from '../../contract/monitoring.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Samples of one fineness and how long they are kept so; then they are merged into the next one's. */
export interface Tier {
  /** Milliseconds that one sample tells of. */
  readonly step: number
  /** Milliseconds. */
  readonly keep: number
}

/**
 * Together at most 900 + 2,070 + 2,520 + 4,752 samples, 2 MB: few enough to be shown all at once. Those of the first tier are as they were taken: one a
 * second while somebody looks or something runs, one in 20 seconds otherwise.
 */
export const tiers: readonly Tier[] = [
  { step: second, keep: 15 * minute },
  { step: 10 * second, keep: 6 * hour },
  { step: minute, keep: 2 * day },
  { step: 10 * minute, keep: 35 * day },
]

/** Up to this time the samples of a tier are merged into `next`'s: always the end of a whole step of it. Pure. */
export function mergedUpTo(now: number, tier: Tier, next: Tier): number {
  return Math.floor((now - tier.keep) / next.step) * next.step
}

/** Samples of at most `step` milliseconds each, the oldest first; where there is nothing there is no sample. Pure. */
export function merged(samples: readonly MonitoringSample[], step: number): MonitoringSample[] {
  const groups = Map.groupBy(samples, ({ time }) => Math.ceil(time / step) * step)
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([time, group]) => joined(time, group))
}

function joined(time: number, group: readonly MonitoringSample[]): MonitoringSample {
  const seconds = group.reduce((sum, one) => sum + one.seconds, 0)
  const values = figureNames.map(name => [name, value(name, group)] as const)
  return { time, seconds, ...(Object.fromEntries(values) as Record<Figure, number | null>) }
}

/** What nobody knew stays unknown; what somebody knew counts for the time that it was known. */
function value(name: Figure, group: readonly MonitoringSample[]): number | null {
  const known = group.flatMap(one => {
    const value = one[name]
    return value === null ? [] : [{ value, seconds: one.seconds }]
  })
  if (known.length === 0) return null
  switch (figures[name].is) {
    case 'sum':
      return known.reduce((sum, { value }) => sum + value, 0)
    case 'most':
      return known.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY)
    default: {
      const time = known.reduce((sum, { seconds }) => sum + seconds, 0)
      if (time === 0) return known.at(-1)?.value ?? null
      return known.reduce((sum, { value, seconds }) => sum + value * seconds, 0) / time
    }
  }
}

/** The step, in milliseconds, in which a span is shown with at most so many points: one of a clock's. Pure. */
export function stepFor(span: number, points: number): number {
  const least = span / points
  return steps.find(step => step >= least) ?? Math.ceil(least / day) * day
}

const steps = [
  ...[1, 2, 5, 10, 15, 30].map(count => count * second),
  ...[1, 2, 5, 10, 15, 30].map(count => count * minute),
  ...[1, 2, 3, 6, 12, 24].map(count => count * hour),
]
