import { ImpetusError } from '../contract/errors.ts'
import type { ActiveRequests } from './types.ts'

/** One request's place among the active ones. */
export interface Place {
  /** Aborts with the caller's signal, by `abort`, and when every request is ended. */
  readonly signal: AbortSignal
  abort(reason: unknown): void
  /** Gives the place up; more calls do nothing. */
  leave(): void
}

/** The requests that an engine is, or soon will be, busy with. */
export class ActiveSet implements ActiveRequests {
  readonly #places = new Set<AbortController>()
  readonly #waiting: (() => void)[] = []
  #refusing = false

  get count(): number {
    return this.#places.size
  }

  /** @throws `shutting_down` while new requests are refused */
  enter(signal: AbortSignal): Place {
    signal.throwIfAborted()
    if (this.#refusing) {
      throw new ImpetusError(
        'shutting_down',
        'Impetus is shutting down. Send the request again when it is back.',
        {
          retryAfter: 5,
        },
      )
    }
    const controller = new AbortController()
    this.#places.add(controller)
    return {
      signal: AbortSignal.any([signal, controller.signal]),
      abort: reason => controller.abort(reason),
      leave: () => {
        this.#places.delete(controller)
        if (this.#places.size === 0) for (const resolve of this.#waiting.splice(0)) resolve()
      },
    }
  }

  refuseNew(): void {
    this.#refusing = true
  }

  idle(): Promise<void> {
    if (this.#places.size === 0) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  endAll(error: ImpetusError): void {
    for (const controller of this.#places) controller.abort(error)
  }
}
