import { cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What a figure cannot be read without. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
}

export function thisMachine(): Machine {
  const found = cpus()
  return {
    processor: found[0]?.model ?? 'unknown',
    cores: found.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()}`,
    node: process.version,
  }
}

/** Processes that wanted a processor, on average over the last minute. */
export function loadAverage(): number {
  return loadavg()[0] as number
}

export function describe({ processor, cores, memoryBytes, system, node }: Machine): string {
  return `${processor}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GB, ${system}, Node ${node}`
}
