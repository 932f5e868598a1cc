import type { TopicData } from '../../contract/events.ts'
import type { Bus } from '../../platform/bus.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database.ts'
import type { InstalledModel } from '../types.ts'

/** Fewer tokens tell little of a speed. */
const fewest = 16
/** Of a new figure in what is kept. */
const weight = 0.2

interface Speed {
  readonly tokensPerSecond: number
  readonly samples: number
}

/** How fast models have written here, by file. One write to the database per answer of some length. */
export class Speeds {
  readonly #database: Database
  readonly #known = new Map<string, Speed>()
  #unlisten: (() => void) | undefined

  constructor(database: Database) {
    this.#database = database
  }

  start(bus: Bus, clock: Clock, find: (id: string) => InstalledModel | undefined): void {
    for (const row of this.#database.all('SELECT * FROM library_speeds'))
      this.#known.set(String(row.fingerprint), {
        tokensPerSecond: Number(row.tokens_per_second),
        samples: Number(row.samples),
      })
    this.#unlisten = bus.listen((topic, data) => {
      if (topic !== 'request.finished') return
      const request = data as TopicData<'request.finished'>
      const speed = speedOf(request)
      const model = speed === undefined ? undefined : find(request.model)
      if (speed !== undefined && model?.format === 'gguf') this.#note(model.fingerprint, speed, clock.now())
    })
  }

  stop(): void {
    this.#unlisten?.()
  }

  get(model: InstalledModel): number | undefined {
    return this.#known.get(model.fingerprint)?.tokensPerSecond
  }

  /** Bytes a second that the engine got out of the memory, by the models in use; undefined where nothing was measured. */
  bandwidth(models: readonly InstalledModel[]): number | undefined {
    const measured = models.flatMap(model => {
      const speed = this.get(model)
      // Of small ones the processor is what limits, not the memory.
      return speed === undefined || model.bytes < 100e6 ? [] : [speed * model.bytes]
    })
    return measured.sort((a, b) => a - b)[measured.length >> 1]
  }

  #note(fingerprint: string, tokensPerSecond: number, now: number): void {
    const before = this.#known.get(fingerprint)
    const mixed =
      before === undefined
        ? tokensPerSecond
        : before.tokensPerSecond * (1 - weight) + tokensPerSecond * weight
    const speed = { tokensPerSecond: mixed, samples: (before?.samples ?? 0) + 1 }
    this.#known.set(fingerprint, speed)
    this.#database.run(
      'INSERT OR REPLACE INTO library_speeds VALUES (?, ?, ?, ?)',
      fingerprint,
      mixed,
      speed.samples,
      now,
    )
  }
}

/** Tokens a second after the first one; undefined where an answer is too short to tell. */
export function speedOf({
  outcome,
  completionTokens,
  milliseconds,
  firstTokenMilliseconds,
}: Pick<
  TopicData<'request.finished'>,
  'outcome' | 'completionTokens' | 'milliseconds' | 'firstTokenMilliseconds'
>): number | undefined {
  if (outcome === 'failed' || firstTokenMilliseconds === null || completionTokens < fewest) return undefined
  const seconds = (milliseconds - firstTokenMilliseconds) / 1000
  return seconds > 0 ? (completionTokens - 1) / seconds : undefined
}
