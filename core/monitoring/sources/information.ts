import type { Systeminformation } from 'systeminformation'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'

/** What systeminformation tells; null where this machine does not. */
export interface MachineFigures {
  readonly memoryUsed: number | null
  readonly temperature: number | null
  readonly gpu: number | null
  readonly gpuMemory: number | null
  readonly watts: number | null
  readonly charge: number | null
}

interface Found extends MachineFigures {
  readonly gpuTemperature: number | null
}

const nothing: Found = {
  memoryUsed: null,
  temperature: null,
  gpu: null,
  gpuMemory: null,
  gpuTemperature: null,
  watts: null,
  charge: null,
}

/** The calls of systeminformation that are used. */
export interface Teller {
  mem(): Promise<Pick<Systeminformation.MemData, 'total' | 'available'>>
  cpuTemperature(): Promise<Pick<Systeminformation.CpuTemperatureData, 'main'>>
  graphics(): Promise<{ readonly controllers: readonly Partial<Systeminformation.GraphicsControllerData>[] }>
  battery(): Promise<Pick<Systeminformation.BatteryData, 'hasBattery' | 'percent'>>
}

export interface InformationParts {
  readonly platform: NodeJS.Platform
  readonly clock: Pick<Clock, 'monotonic'>
  readonly log: Log
  /** Brings systeminformation. It takes 13 MB and 50 ms, so nobody who only serves has it. */
  readonly bring?: () => Promise<Teller>
}

type Part = 'memory' | 'temperature' | 'graphics' | 'battery'

interface Look {
  at: number
  next: number
  figures: Partial<Found>
}

/** Milliseconds between two looks. All but memory starts other programs. */
const everyMilliseconds: Readonly<Record<Part, number>> = {
  memory: 1000,
  temperature: 5000,
  graphics: 5000,
  battery: 60_000,
}
/** After a look that found nothing: what is not there comes seldom. */
const absentMilliseconds = 600_000
/** Older figures are not shown as today's. */
const goodFor = 20_000

/** What takes other programs to find out, looked at only when asked to and no more often than it changes. */
export class Information {
  readonly #parts: InformationParts
  readonly #known: Readonly<Record<Part, Look>>
  #teller: Promise<Teller> | undefined
  #looking: Promise<void> | undefined
  #hasLooked = false

  constructor(parts: InformationParts) {
    this.#parts = parts
    const never = (): Look => ({ at: Number.NEGATIVE_INFINITY, next: Number.NEGATIVE_INFINITY, figures: {} })
    this.#known = { memory: never(), temperature: never(), graphics: never(), battery: never() }
  }

  /** Whether every part was asked once: what is not known now is not known on this machine. */
  get hasLooked(): boolean {
    return this.#hasLooked
  }

  current(): MachineFigures {
    const now = this.#parts.clock.monotonic()
    const isGood = (part: Part) =>
      now - this.#known[part].at <= Math.max(goodFor, 2 * everyMilliseconds[part])
    const parts = (Object.keys(this.#known) as Part[]).map(part =>
      isGood(part) ? this.#known[part].figures : {},
    )
    const { gpuTemperature, ...known }: Found = Object.assign({}, nothing, ...parts)
    return { ...known, temperature: known.temperature ?? gpuTemperature }
  }

  /** Asks for what is due. Never rejects; while one look is under way there is no other. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    const now = this.#parts.clock.monotonic()
    const due = this.#wanted().filter(part => now >= this.#known[part].next)
    if (due.length === 0) return
    try {
      this.#teller ??= (this.#parts.bring ?? bringSystemInformation)()
      const teller = await this.#teller
      for (const part of due) {
        const figures = await readers[part](teller)
        const isThere = Object.values(figures).some(value => value !== null)
        const wait = isThere ? everyMilliseconds[part] : absentMilliseconds
        Object.assign(this.#known[part], { at: this.#parts.clock.monotonic(), next: now + wait, figures })
      }
      this.#hasLooked = true
    } catch (error) {
      for (const part of due) this.#known[part].next = now + absentMilliseconds
      this.#parts.log.warn('The system does not tell its state', { reason: (error as Error).message })
    }
  }

  /**
   * On Linux Node itself knows the memory, a container's limit included. On a Mac the graphics cards would be listed by
   * system_profiler, which takes a second and says nothing of their load: the menu bar app knows that.
   */
  #wanted(): Part[] {
    return this.#parts.platform === 'darwin'
      ? ['memory', 'temperature', 'battery']
      : ['temperature', 'graphics', 'battery']
  }
}

const readers: Readonly<Record<Part, (teller: Teller) => Promise<Partial<Found>>>> = {
  async memory(teller) {
    const { total, available } = await teller.mem()
    return { memoryUsed: total - available }
  },
  async temperature(teller) {
    const { main } = await teller.cpuTemperature()
    return { temperature: positive(main) }
  },
  async graphics(teller) {
    const { controllers } = await teller.graphics()
    return graphicsFigures(controllers)
  },
  async battery(teller) {
    const { hasBattery, percent } = await teller.battery()
    return { charge: hasBattery ? percent / 100 : null }
  },
}

/** Of several cards: the busiest one's load, and what all take together. Pure. */
export function graphicsFigures(
  controllers: readonly Partial<Systeminformation.GraphicsControllerData>[],
): Pick<Found, 'gpu' | 'gpuMemory' | 'gpuTemperature' | 'watts'> {
  const all = (pick: (card: (typeof controllers)[number]) => number | undefined) =>
    controllers.flatMap(card => pick(card) ?? []).filter(Number.isFinite)
  const load = all(card => card.utilizationGpu)
  const memory = all(card => card.memoryUsed)
  const watts = all(card => card.powerDraw)
  const temperatures = all(card => card.temperatureGpu)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    gpu: load.length === 0 ? null : Math.max(...load) / 100,
    // nvidia-smi counts in mebibytes.
    gpuMemory: memory.length === 0 ? null : sum(memory) * 1024 * 1024,
    watts: watts.length === 0 ? null : sum(watts),
    gpuTemperature: temperatures.length === 0 ? null : Math.max(...temperatures),
  }
}

/** Where it knows no temperature it says null, -1 or 0. */
function positive(value: number | null | undefined): number | null {
  return typeof value === 'number' && value > 0 ? value : null
}

async function bringSystemInformation(): Promise<Teller> {
  const { default: information } = await import('systeminformation')
  return information
}
