import { readFile } from 'node:fs/promises'
import type { Log } from '../platform/log.ts'

/** Share of the last ten seconds in which some, or all, of the work waited for memory. */
export interface Pressure {
  readonly some: number
  readonly full: number
}

/** What Linux says in /proc/pressure/memory; undefined for anything else. */
export function parsePressure(text: string): Pressure | undefined {
  const share = (line: string) => {
    const found = new RegExp(`^${line} avg10=(\\d+(?:\\.\\d+)?)`, 'm').exec(text)
    return found === null ? undefined : Number(found[1]) / 100
  }
  const [some, full] = [share('some'), share('full')]
  return some === undefined || full === undefined ? undefined : { some, full }
}

/** Above these the machine spends more time on moving memory about than an idle model is worth. */
const mostSome = 0.3
const mostFull = 0.1

export function isShort({ some, full }: Pressure): boolean {
  return some > mostSome || full > mostFull
}

/** Share of the memory below which the next large request would have to take from others. */
const leastFree = 0.03

export interface PressureParts {
  /** Where the system tells its pressure. */
  readonly path?: string
  /** Share of the memory that is free; looked at where the system tells no pressure. Absent: not known either. */
  readonly freeShare?: () => number
  /** Gives up one idle model; false where there is none. */
  readonly relieve: () => boolean
  /** Whether any model is in memory. */
  readonly isHolding: () => boolean
  readonly log: Log
  readonly intervalMilliseconds?: number
}

/** The figures are averages over ten seconds, so looking more often says nothing new. */
const usualInterval = 10_000

/**
 * Gives up idle models, one at a look, while the system is short of memory. Linux tells by a file; where that cannot be
 * read (older kernels, some containers), what is free has to do. A Mac's shell tells by itself.
 */
export class PressureWatch {
  readonly #parts: PressureParts
  #timer: NodeJS.Timeout | undefined

  constructor(parts: PressureParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    if ((await this.#read()) === undefined && this.#parts.freeShare === undefined) return
    const every = this.#parts.intervalMilliseconds ?? usualInterval
    this.#timer = setInterval(() => void this.#look(), every)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    if (!this.#parts.isHolding()) return
    const pressure = await this.#read()
    const free = pressure === undefined ? this.#parts.freeShare?.() : undefined
    const short = pressure === undefined ? free !== undefined && free < leastFree : isShort(pressure)
    if (short && this.#parts.relieve())
      this.#parts.log.warn('the system is short of memory', {
        ...pressure,
        ...(free !== undefined && { free }),
      })
  }

  async #read(): Promise<Pressure | undefined> {
    const { path = '/proc/pressure/memory' } = this.#parts
    try {
      return parsePressure(await readFile(path, 'utf8'))
    } catch {
      return undefined
    }
  }
}
