import { useEffect } from 'react'
import type { MonitoringSample } from '../../../core/contract/monitoring.ts'
import type { ValueOf } from '../../api.ts'
import { useCore } from '../../core.ts'
import { type Data, useData } from '../../data.ts'
import type { AnyFrame } from '../../live.ts'
import type { Point } from '../../parts/strip-path.ts'

type Monitoring = ValueOf<'getMonitoring'>

const shownMilliseconds = 300_000

/** What was measured in the last five minutes, one more a second for as long as somebody can see it. */
export function useMonitoring(): Data<Monitoring> {
  const { live } = useCore()
  useEffect(() => {
    let stop: (() => void) | undefined
    const look = () => {
      stop?.()
      stop = document.hidden ? undefined : live.follow('monitoring.sample')
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      stop?.()
    }
  }, [live])
  return useData('getMonitoring', { topics: ['monitoring.sample'], patch: withSample })
}

/** What a new sample makes of what is known; null where sources are still being asked. Pure. */
export function withSample(value: Monitoring, frame: AnyFrame): Monitoring | null {
  if (frame.topic !== 'monitoring.sample') return value
  if (!value.asked) return null
  const sample = frame.data
  // A clock that is put back leaves samples of times to come.
  const recent = value.recent.filter(
    ({ time }) => time < sample.time && sample.time - time < shownMilliseconds,
  )
  recent.push(sample)
  return { ...value, recent }
}

/** One figure of the samples. Pure. */
export function pointsOf(
  samples: readonly MonitoringSample[],
  pick: (sample: MonitoringSample) => number | null,
): Point[] {
  return samples.map(sample => ({ time: sample.time, value: pick(sample) }))
}

/** Tokens a second over the last few samples: one alone is now too few, now too many. Null where none is known. Pure. */
export function speedNow(samples: readonly MonitoringSample[]): number | null {
  const latest = samples.slice(-3).filter(({ written, seconds }) => written !== null && seconds <= 5)
  const seconds = latest.reduce((sum, one) => sum + one.seconds, 0)
  if (seconds === 0) return samples.at(-1)?.written === 0 ? 0 : null
  return latest.reduce((sum, one) => sum + (one.written ?? 0), 0) / seconds
}

/** Tokens of prompts in these samples, and how many of them were not computed again. Pure. */
export function promptsOf(samples: readonly MonitoringSample[]): { prompt: number; cached: number } {
  const sum = (pick: (sample: MonitoringSample) => number | null) =>
    samples.reduce((total, one) => total + (pick(one) ?? 0), 0)
  return { prompt: sum(one => one.prompt), cached: sum(one => one.cached) }
}
