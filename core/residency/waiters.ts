import { ImpetusError } from '../contract/errors.ts'
import type { AcquireOptions, Lease } from './types.ts'

/** A request that waits for its model. */
export interface Waiter {
  readonly ticket: number
  readonly modelId: string
  readonly options: AcquireOptions
  readonly resolve: (lease: Lease) => void
  readonly reject: (error: unknown) => void
}

export interface QueueLimit {
  /** Requests that may wait at a time. */
  readonly length: number
  /** How long each may wait, the loading of its model included. */
  readonly milliseconds: number
}

/** A guess at when there is room again: most answers take some seconds. */
const retryAfterSeconds = 5

/** The requests that wait, in the order they came. Each leaves by itself when its signal aborts or its time is over. */
export class Waiters {
  readonly #all: Waiter[] = []
  readonly #left: () => void
  #nextTicket = 0

  /** `left`: told after a request has gone by itself. */
  constructor(left: () => void) {
    this.#left = left
  }

  get all(): readonly Waiter[] {
    return this.#all
  }

  /** Of the next request. */
  get nextTicket(): number {
    return this.#nextTicket
  }

  join(modelId: string, signal: AbortSignal, options: AcquireOptions, milliseconds: number): Promise<Lease> {
    const { promise, resolve, reject } = Promise.withResolvers<Lease>()
    const waiter: Waiter = { ticket: this.#nextTicket++, modelId, options, resolve, reject }
    const leave = (error: unknown) => {
      this.reject(waiter, error)
      this.#left()
    }
    const abort = () => leave(signal.reason)
    const timer = setTimeout(() => leave(tooLong(modelId, milliseconds)), milliseconds)
    timer.unref()
    const settled = () => {
      signal.removeEventListener('abort', abort)
      clearTimeout(timer)
    }
    void promise.then(settled, settled)
    signal.addEventListener('abort', abort, { once: true })
    this.#all.push(waiter)
    return promise
  }

  /** Takes a request out of the queue, to be answered by the caller. */
  take(ticket: number): Waiter | undefined {
    const at = this.#all.findIndex(one => one.ticket === ticket)
    return at === -1 ? undefined : this.#all.splice(at, 1)[0]
  }

  reject(waiter: Waiter, error: unknown): void {
    this.take(waiter.ticket)
    waiter.reject(error)
  }

  rejectAll(error: unknown, modelId?: string): void {
    for (const waiter of [...this.#all])
      if (modelId === undefined || waiter.modelId === modelId) this.reject(waiter, error)
  }
}

export function queueFull(waiting: number): ImpetusError {
  return new ImpetusError(
    'queue_full',
    `${waiting} requests wait already. Send it again in ${retryAfterSeconds} seconds, or raise models.queue.length in the settings.`,
    { retryAfter: retryAfterSeconds },
  )
}

function tooLong(modelId: string, milliseconds: number): ImpetusError {
  return new ImpetusError(
    'queue_timeout',
    `The model ${modelId} did not become free within ${Math.round(milliseconds / 1000)} seconds. Send the request again later, or use a model that is loaded.`,
    { retryAfter: retryAfterSeconds },
  )
}
