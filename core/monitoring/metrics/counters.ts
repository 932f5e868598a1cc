import type { RecentRequest } from '../../contract/requests.ts'
import { Histogram } from './histogram.ts'

/** What has been counted of one model since the core was started. */
export interface ModelCounts {
  readonly outcomes: Record<'finished' | 'cancelled' | 'failed', number>
  promptTokens: number
  cachedTokens: number
  completionTokens: number
  prefillSeconds: number
  decodeSeconds: number
  crashes: number
  readonly duration: Histogram
  readonly firstToken: Histogram
}

const durations = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
const firstTokens = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Counts for /metrics, by model. They begin anew with the core, as Prometheus expects. */
export class Counters {
  readonly #models = new Map<string, ModelCounts>()

  get models(): ReadonlyMap<string, ModelCounts> {
    return this.#models
  }

  add(request: RecentRequest): void {
    const { state, promptTokens, cachedTokens, completionTokens, timings } = request
    if (state === 'active') return
    const counts = this.#of(request.model)
    counts.outcomes[state]++
    counts.promptTokens += promptTokens
    counts.cachedTokens += cachedTokens
    counts.completionTokens += completionTokens
    counts.prefillSeconds += (timings?.prefill ?? 0) / 1000
    counts.decodeSeconds += (timings?.decode ?? 0) / 1000
    if (request.milliseconds !== null) counts.duration.add(request.milliseconds / 1000)
    if (request.firstTokenMilliseconds !== null) counts.firstToken.add(request.firstTokenMilliseconds / 1000)
  }

  crashed(model: string): void {
    this.#of(model).crashes++
  }

  #of(model: string): ModelCounts {
    let counts = this.#models.get(model)
    if (counts === undefined) {
      counts = {
        outcomes: { finished: 0, cancelled: 0, failed: 0 },
        promptTokens: 0,
        cachedTokens: 0,
        completionTokens: 0,
        prefillSeconds: 0,
        decodeSeconds: 0,
        crashes: 0,
        duration: new Histogram(durations),
        firstToken: new Histogram(firstTokens),
      }
      this.#models.set(model, counts)
    }
    return counts
  }
}
