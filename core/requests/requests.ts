import { ImpetusError } from '../contract/errors.ts'
import type { RecentRequest, RecentRequestDetail } from '../contract/requests.ts'
import type { Generation, Generator, OpenRequest } from '../generation/types.ts'
import type { Clock } from '../platform/clock.ts'
import { explain } from './explain.ts'
import { RequestRecord } from './record.ts'
import { answerText, promptText, shortened } from './texts.ts'

export interface RequestLimits {
  /** Requests kept. */
  readonly keep: number
  /** Whether prompts and answers are kept beside the figures. */
  readonly texts: boolean
}

/** Characters of one prompt or answer, and of all of them together. */
const longestText = 512 * 1024
const mostText = 32 * 1024 * 1024

/** The recent requests, in memory only: bounded in number and in size, gone when the core ends. */
export class RecentRequests {
  readonly #limits: () => RequestLimits
  readonly #clock: Clock
  readonly #listeners = new Set<(request: RecentRequest) => void>()
  /** By the time they came. */
  readonly #records = new Map<string, RequestRecord>()
  #characters = 0

  constructor(limits: () => RequestLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Tells of each request once, when it is over. @returns what ends that */
  onEnded(listener: (request: RecentRequest) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get keepsTexts(): boolean {
    return this.#limits().texts
  }

  /** The newest first. */
  list(limit: number, model?: string): RecentRequest[] {
    const all = [...this.#records.values()].toReversed().map(record => record.view())
    return all.filter(one => model === undefined || one.model === model).slice(0, limit)
  }

  /** @throws `not_found` */
  get(id: string): RecentRequestDetail {
    const record = this.#records.get(id)
    if (record === undefined) {
      throw new ImpetusError(
        'not_found',
        'No request of this id is remembered. GET /api/requests lists those that are.',
      )
    }
    const view = record.view()
    const texts = record.texts === undefined ? null : { ...record.texts }
    return { ...view, explanation: explain(view, record.miss, texts !== null), texts }
  }

  /** Tells how many were forgotten. */
  clear(): number {
    const count = this.#records.size
    for (const record of this.#records.values()) this.#forget(record)
    return count
  }

  /** The settings have changed: what may not be kept any more is forgotten at once. */
  trim(): void {
    const { keep, texts } = this.#limits()
    if (!texts) for (const record of this.#records.values()) this.#dropTexts(record)
    for (const record of this.#records.values()) {
      if (this.#records.size <= keep) break
      this.#forget(record)
    }
    for (const record of this.#records.values()) {
      if (this.#characters <= mostText) break
      this.#dropTexts(record)
    }
  }

  /** A generator whose requests are remembered here. */
  watching(generator: Generator): Generator {
    return {
      open: async (input, signal) => {
        const record = this.#begin(input)
        try {
          const generation = await generator.open(input, signal)
          record.accepted(generation.promptTokens)
          return this.#watched(generation, record)
        } catch (error) {
          this.#close(record, error)
          throw error
        }
      },
    }
  }

  #begin(input: OpenRequest): RequestRecord {
    const record = new RequestRecord(this.#freeId(input.meta.requestId), input, {
      wall: this.#clock.now(),
      now: performance.now(),
    })
    const { keep, texts } = this.#limits()
    if (keep === 0) return record
    this.#records.set(record.id, record)
    if (texts) {
      record.texts = { prompt: shortened(promptText(input.request), longestText), answer: '' }
      this.#characters += record.texts.prompt.length
    }
    this.trim()
    return record
  }

  /** One HTTP request can be several here: a choice each, a prompt each. */
  #freeId(id: string): string {
    let free = id
    for (let count = 2; this.#records.has(free); count++) free = `${id}.${count}`
    return free
  }

  #watched(generation: Generation, record: RequestRecord): Generation {
    const { deltas } = generation
    const see = this.#see.bind(this, record)
    const close = this.#close.bind(this, record)
    async function* read(): Generation['deltas'] {
      try {
        for await (const delta of deltas) {
          see(delta)
          yield delta
        }
      } catch (error) {
        close(error)
        throw error
      } finally {
        close()
      }
    }
    return {
      model: generation.model,
      promptTokens: generation.promptTokens,
      deltas: read(),
      [Symbol.asyncDispose]: async () => {
        close()
        await generation[Symbol.asyncDispose]()
      },
    }
  }

  #see(record: RequestRecord, delta: Parameters<RequestRecord['see']>[0]): void {
    record.see(delta, performance.now())
    if (delta.type === 'end') this.#over(record, 'finished', null)
    const { texts } = record
    if (texts === undefined || texts.answer.length >= longestText) return
    const added = answerText(delta)
    texts.answer += added
    this.#characters += added.length
  }

  /** Without an error: the reader left before the end. */
  #close(record: RequestRecord, error?: unknown): void {
    if (error === undefined || isLeaving(error)) this.#over(record, 'cancelled', null)
    else this.#over(record, 'failed', error instanceof ImpetusError ? error.code : 'internal_error')
  }

  #over(
    record: RequestRecord,
    ...[state, code]: [Parameters<RequestRecord['close']>[0], string | null]
  ): void {
    if (!record.isActive) return
    record.close(state, code, performance.now())
    for (const listener of this.#listeners) listener(record.view())
  }

  #forget(record: RequestRecord): void {
    this.#dropTexts(record)
    this.#records.delete(record.id)
  }

  #dropTexts(record: RequestRecord): void {
    if (record.texts === undefined) return
    this.#characters -= record.texts.prompt.length + record.texts.answer.length
    record.texts = undefined
  }
}

/** Whether an error only says that nobody wants the answer any more. */
function isLeaving(error: unknown): boolean {
  if (error instanceof ImpetusError) return error.code === 'client_closed'
  return error instanceof Error && error.name === 'AbortError'
}
