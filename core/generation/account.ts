import { ImpetusError } from '../contract/errors.ts'
import type { TopicData } from '../contract/events.ts'
import type { Delta } from '../engine/engine.ts'
import type { Bus } from '../platform/bus.ts'
import type { RequestMeta } from './types.ts'

/** Headers can be as long as they like; the event stream's readers need not carry it. */
const longestClient = 200

/** So that the event stream's readers see a fast model write without drowning in frames. */
const progressMilliseconds = 1000

/** Tells the bus when a request starts, how far it is and, once, how it ended. Figures only: never a prompt, never an answer. */
export class Account {
  readonly #bus: Bus
  readonly #facts: TopicData<'request.started'>
  readonly #began = performance.now()
  #firstToken: number | null = null
  #progressTold = Number.NEGATIVE_INFINITY
  #promptTokens = 0
  #cachedTokens = 0
  #completionTokens = 0
  #closed = false

  constructor(bus: Bus, model: string, { requestId, route, client, keyName }: RequestMeta) {
    this.#bus = bus
    this.#facts = { id: requestId, model, route, client: client?.slice(0, longestClient) ?? null, keyName }
  }

  start(): void {
    this.#bus.tell('request.started', this.#facts)
  }

  see(delta: Delta): void {
    switch (delta.type) {
      case 'start':
        this.#promptTokens = delta.promptTokens
        this.#tellProgress()
        break
      case 'end':
        this.#promptTokens = delta.usage.promptTokens
        this.#cachedTokens = delta.usage.cachedTokens
        this.#completionTokens = delta.usage.completionTokens
        break
      default:
        this.#firstToken ??= performance.now() - this.#began
        if ('tokens' in delta) this.#completionTokens += delta.tokens
        this.#tellProgress()
    }
  }

  #tellProgress(): void {
    const now = performance.now()
    if (now - this.#progressTold < progressMilliseconds) return
    this.#progressTold = now
    const { id, model } = this.#facts
    const writing = this.#firstToken === null ? 0 : now - this.#began - this.#firstToken
    this.#bus.tell('request.progress', {
      id,
      model,
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens,
      tokensPerSecond:
        writing > 0 && this.#completionTokens > 1 ? ((this.#completionTokens - 1) / writing) * 1000 : null,
    })
  }

  finish(): void {
    this.#close('finished', null)
  }

  /** The caller left, or stopped reading. */
  cancel(): void {
    this.#close('cancelled', null)
  }

  fail(error: unknown): void {
    if (isLeaving(error)) this.cancel()
    else this.#close('failed', error instanceof ImpetusError ? error.code : 'internal_error')
  }

  #close(outcome: TopicData<'request.finished'>['outcome'], code: string | null): void {
    if (this.#closed) return
    this.#closed = true
    this.#bus.tell('request.finished', {
      ...this.#facts,
      outcome,
      code,
      promptTokens: this.#promptTokens,
      cachedTokens: this.#cachedTokens,
      completionTokens: this.#completionTokens,
      milliseconds: performance.now() - this.#began,
      firstTokenMilliseconds: this.#firstToken,
    })
  }
}

/** Whether an error only says that nobody wants the answer any more. */
function isLeaving(error: unknown): boolean {
  if (error instanceof ImpetusError) return error.code === 'client_closed'
  return error instanceof Error && error.name === 'AbortError'
}
