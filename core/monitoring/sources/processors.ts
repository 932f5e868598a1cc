import { type CpuInfo, cpus } from 'node:os'

/** Milliseconds that all processors together have been busy and idle since the machine was started. */
export interface ProcessorTimes {
  readonly busy: number
  readonly idle: number
}

export function processorTimes(processors: readonly Pick<CpuInfo, 'times'>[] = cpus()): ProcessorTimes {
  let busy = 0
  let idle = 0
  for (const { times } of processors) {
    idle += times.idle
    busy += times.user + times.nice + times.sys + times.irq
  }
  return { busy, idle }
}

/** Share of the time between two looks that was busy, 0 to 1; null where no time has passed. Pure. */
export function busyShare(before: ProcessorTimes, now: ProcessorTimes): number | null {
  const busy = now.busy - before.busy
  const all = busy + now.idle - before.idle
  return all > 0 && busy >= 0 ? Math.min(1, busy / all) : null
}
