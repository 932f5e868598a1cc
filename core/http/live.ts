import type { ImpetusError } from '../contract/errors.ts'
import { streamEvents } from '../contract/events.ts'
import type { Principal } from './env.ts'

/** A request between its head and the last byte of its answer. */
export interface LiveRequest {
  readonly id: string
  readonly path: string
  /** An event stream has no end of its own: nobody waits for it. */
  readonly isEventStream: boolean
  readonly principal: Principal
  /** Aborts with an `ImpetusError`. */
  readonly signal: AbortSignal
  /** Ends the request with this reason: a stream tells it as its error. */
  abort(reason: ImpetusError): void
}

/** The requests being answered, so that they can be counted, waited for, and ended for a reason. */
export class LiveRequests {
  readonly #live = new Set<LiveRequest>()
  readonly #waiting = new Set<() => void>()

  get count(): number {
    return this.#live.size
  }

  /** The returned function says that the request is over. */
  enter(id: string, path: string, principal: Principal): { request: LiveRequest; leave: () => void } {
    const controller = new AbortController()
    const request: LiveRequest = {
      id,
      path,
      isEventStream: path === streamEvents.path,
      principal,
      signal: controller.signal,
      abort: reason => controller.abort(reason),
    }
    this.#live.add(request)
    return { request, leave: () => this.#leave(request) }
  }

  /** Ends those that match; says how many. */
  abort(matches: (request: LiveRequest) => boolean, reason: ImpetusError): number {
    const hit = [...this.#live].filter(matches)
    for (const request of hit) request.abort(reason)
    return hit.length
  }

  /** Fulfils with true when none that `matches` is left, with false when the signal aborts before. */
  async idle(matches: (request: LiveRequest) => boolean, signal: AbortSignal): Promise<boolean> {
    while ([...this.#live].some(matches)) {
      if (signal.aborted) return false
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.add(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
      await promise
      this.#waiting.delete(resolve)
    }
    return true
  }

  #leave(request: LiveRequest): void {
    this.#live.delete(request)
    for (const wake of this.#waiting) wake()
  }
}
