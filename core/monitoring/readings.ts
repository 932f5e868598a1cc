import type { Figure, MonitoringSample } from '../contract/monitoring.ts'
import { freeMemory, totalMemory } from '../platform/memory.ts'
import { Meter } from './meter.ts'
import type { MonitoringParts } from './monitoring.ts'
import { Disk } from './sources/disk.ts'
import { Information, type MachineFigures } from './sources/information.ts'
import { busyShare, processorTimes } from './sources/processors.ts'

export type ReadingsParts = Pick<
  MonitoringParts,
  | 'bus'
  | 'clock'
  | 'log'
  | 'residency'
  | 'running'
  | 'host'
  | 'modelsFolder'
  | 'platform'
  | 'bringInformation'
>

/** A figure that has no source here, and who could be one. */
export interface Absence {
  readonly figure: Figure
  readonly why: 'machine' | 'menuBar'
}

/** Figures of the machine, which may lack a source. */
const ofMachine: readonly Figure[] = [
  'cpu',
  'memoryUsed',
  'gpu',
  'gpuMemory',
  'temperature',
  'thermal',
  'watts',
  'charge',
  'diskFree',
]
const thermalStates = { nominal: 0, fair: 1, serious: 2, critical: 3 } as const
/** What on a Mac only the menu bar app is told. */
const byMenuBar: ReadonlySet<Figure> = new Set(['gpu', 'gpuMemory', 'thermal'])

/** One look at all sources. */
export class Readings {
  /** Bytes; it does not change while the core runs, and asking reads a container's limits from files. */
  readonly memoryTotal = totalMemory()
  readonly #parts: ReadingsParts
  readonly #platform: NodeJS.Platform
  readonly #meter: Meter
  readonly #disk: Disk
  readonly #information: Information
  #processors = processorTimes()
  #last: MonitoringSample | null = null

  constructor(parts: ReadingsParts) {
    const { bus, clock, log, modelsFolder, platform = process.platform, bringInformation: bring } = parts
    this.#parts = parts
    this.#platform = platform
    this.#meter = new Meter(bus)
    this.#disk = new Disk(modelsFolder, clock)
    this.#information = new Information({ platform, clock, log, ...(bring && { bring }) })
  }

  get diskTotal(): number | null {
    return this.#disk.space?.total ?? null
  }

  start(): void {
    this.#meter.start()
    void this.#disk.look()
  }

  stop(): void {
    this.#meter.stop()
  }

  /** Asks the sources that take longer; never rejects. */
  lookDeeper(): Promise<void> {
    return this.#information.look()
  }

  /** The figures of the last so many seconds. Waits for nothing: what takes longer is as it was told last. */
  read(seconds: number): MonitoringSample {
    void this.#disk.look()
    const { clock, residency, running } = this.#parts
    const processors = processorTimes()
    const memory = residency.memory()
    const sample: MonitoringSample = {
      time: clock.now(),
      seconds,
      cpu: busyShare(this.#processors, processors),
      ...this.told(),
      modelsMemory: memory.usedBytes,
      diskFree: this.#disk.space?.free ?? null,
      running: Math.max(0, running() - memory.waiting),
      waiting: memory.waiting,
      ...this.#meter.take(),
    }
    this.#processors = processors
    this.#last = sample
    return sample
  }

  /** Whether every source has been asked: what is not known now is not known on this machine. */
  get asked(): boolean {
    return this.#last !== null && this.#information.hasLooked
  }

  /** What was told last, by the system and by the Mac's shell, where that is not too long ago. */
  told(): Pick<MonitoringSample, keyof MachineFigures | 'thermal'> {
    const shell = this.#parts.host()
    const told = this.#information.current()
    return {
      ...told,
      memoryUsed: this.#platform === 'linux' ? this.memoryTotal - freeMemory() : told.memoryUsed,
      gpu: shell?.gpu?.utilisation ?? told.gpu,
      gpuMemory: shell?.gpu?.usedBytes ?? told.gpuMemory,
      thermal: shell?.thermal ? thermalStates[shell.thermal] : null,
      charge: shell?.power?.charge ?? told.charge,
    }
  }

  /** Figures without a source, once every source has been asked. */
  absent(): Absence[] {
    const last = this.#last
    if (last === null || !this.asked) return []
    const isBeside = this.#platform === 'darwin' && this.#parts.host() === null
    return ofMachine
      .filter(figure => last[figure] === null)
      .map(figure => ({ figure, why: isBeside && byMenuBar.has(figure) ? 'menuBar' : 'machine' }))
  }
}
