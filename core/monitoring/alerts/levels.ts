import type { MonitoringSample } from '../../contract/monitoring.ts'
import type { Settings } from '../../contract/settings.ts'
import type { HostFacts } from '../../contract/tray.ts'
import type { LevelRule } from './level.ts'

export type LevelKind = 'memory' | 'thermal' | 'disk'

/** What a level is measured by now. */
export interface Measured {
  readonly rule: LevelRule
  readonly value: number | null
  /** As the alert tells it; null where the system only says "too much". */
  readonly shown: { readonly value: number | null; readonly threshold: number | null }
  readonly isCritical: boolean
}

const holdMilliseconds = 15_000
/** Memory is cleared five points below, heat ten degrees, a disk with a fifth more room. */
const memoryPoints = 0.05
const degrees = 10
const roomier = 1.2
/** Of what is said, not measured: 1 is raised, 0 is cleared. */
const said: LevelRule = { raise: 1, clear: 0, hold: 0 }

export interface LevelInput {
  readonly sample: Pick<MonitoringSample, 'memoryUsed' | 'temperature' | 'diskFree'>
  readonly memoryTotal: number
  /** What the Mac's shell says goes before any measuring; null where there is none. */
  readonly host: Pick<HostFacts, 'memoryPressure' | 'thermal'> | null
  readonly settings: Settings['alerts']
}

/** What to compare with what; null where that alert is turned off. Pure. */
export function levels(input: LevelInput): Readonly<Record<LevelKind, Measured | null>> {
  return { memory: memory(input), thermal: thermal(input), disk: disk(input) }
}

function memory({ sample, memoryTotal, host, settings }: LevelInput): Measured | null {
  if (settings.memoryPercent === null) return null
  const share = sample.memoryUsed === null ? null : sample.memoryUsed / memoryTotal
  const pressure = host?.memoryPressure ?? null
  if (pressure !== null) {
    const shown = { value: share, threshold: null }
    return { rule: said, value: pressure === 'normal' ? 0 : 1, shown, isCritical: pressure === 'critical' }
  }
  const limit = settings.memoryPercent / 100
  const rule = { raise: limit, clear: limit - memoryPoints, hold: holdMilliseconds }
  return { rule, value: share, shown: { value: share, threshold: limit }, isCritical: false }
}

function thermal({ sample, host, settings }: LevelInput): Measured | null {
  const limit = settings.temperatureCelsius
  if (limit === null) return null
  const state = host?.thermal ?? null
  if (state !== null) {
    const isHot = state === 'serious' || state === 'critical'
    const shown = { value: null, threshold: null }
    return { rule: said, value: isHot ? 1 : 0, shown, isCritical: state === 'critical' }
  }
  const { temperature } = sample
  const rule = { raise: limit, clear: limit - degrees, hold: holdMilliseconds }
  return { rule, value: temperature, shown: { value: temperature, threshold: limit }, isCritical: false }
}

function disk({ sample, settings }: LevelInput): Measured | null {
  if (settings.diskFreeGigabytes === null) return null
  const limit = settings.diskFreeGigabytes * 1e9
  const rule = { raise: limit, clear: limit * roomier, hold: 0 }
  const shown = { value: sample.diskFree, threshold: limit }
  return { rule, value: sample.diskFree, shown, isCritical: (sample.diskFree ?? limit) < limit / 5 }
}
