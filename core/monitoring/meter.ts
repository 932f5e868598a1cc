import type { Topic, TopicData } from '../contract/events.ts'
import type { Bus } from '../platform/bus.ts'

/** What has happened since it was asked last. */
export interface Counts {
  readonly written: number
  readonly prompt: number
  readonly cached: number
  readonly finished: number
  readonly failed: number
}

const nothing: Counts = { written: 0, prompt: 0, cached: 0, finished: 0, failed: 0 }

/** Counts what the bus tells of requests: tokens while they are written, the rest when a request is over. */
export class Meter {
  readonly #bus: Bus
  /** Tokens of running requests that are counted already. */
  readonly #written = new Map<string, number>()
  #counts = nothing
  #stop: (() => void) | undefined

  constructor(bus: Bus) {
    this.#bus = bus
  }

  start(): void {
    this.#stop = this.#bus.listen((topic, data) => this.#hear(topic, data))
  }

  stop(): void {
    this.#stop?.()
  }

  /** Since the last call. */
  take(): Counts {
    const counts = this.#counts
    this.#counts = nothing
    return counts
  }

  #hear(topic: Topic, data: TopicData<Topic>): void {
    if (topic === 'request.progress') {
      const { id, completionTokens } = data as TopicData<'request.progress'>
      this.#add({ written: this.#newTokens(id, completionTokens) })
      this.#written.set(id, Math.max(completionTokens, this.#written.get(id) ?? 0))
    } else if (topic === 'request.finished') {
      const { id, completionTokens, promptTokens, cachedTokens, outcome } =
        data as TopicData<'request.finished'>
      this.#add({
        written: this.#newTokens(id, completionTokens),
        prompt: promptTokens,
        cached: cachedTokens,
        finished: outcome === 'finished' ? 1 : 0,
        failed: outcome === 'failed' ? 1 : 0,
      })
      this.#written.delete(id)
    }
  }

  /** Several answers to one request share its id: then tokens are counted when each is done, at the latest. */
  #newTokens(id: string, total: number): number {
    return Math.max(0, total - (this.#written.get(id) ?? 0))
  }

  #add(more: Partial<Counts>): void {
    const sum = { ...this.#counts }
    for (const [name, count] of Object.entries(more)) sum[name as keyof Counts] += count
    this.#counts = sum
  }
}
