import type { Status } from '../contract/status.ts'
import type { Bus } from '../platform/bus.ts'

export type State = Status['state']

/** How the core is to end. */
export interface Ending {
  readonly why: string
  /** Without waiting for running answers. */
  readonly now: boolean
}

/** The core's state and the wish to end it. Asking twice means: at once. */
export class Life {
  readonly #bus: Bus
  readonly #activeRequests: () => number
  readonly #ending = Promise.withResolvers<Ending>()
  readonly #hurry = new AbortController()
  #state: State = 'starting'
  #asked = 0

  constructor(bus: Bus, activeRequests: () => number) {
    this.#bus = bus
    this.#activeRequests = activeRequests
  }

  get state(): State {
    return this.#state
  }

  /** Fulfils when somebody first asks the core to end. */
  get ending(): Promise<Ending> {
    return this.#ending.promise
  }

  /** Aborts when nobody wants to wait any longer. */
  get hurry(): AbortSignal {
    return this.#hurry.signal
  }

  enter(state: State): void {
    this.#state = state
    this.#bus.tell('core.changed', { state, activeRequests: this.#activeRequests() })
  }

  /** Answers how often it was asked by now. */
  end(ending: Ending): number {
    this.#asked++
    this.#ending.resolve(ending)
    if (ending.now || this.#asked > 1) this.#hurry.abort()
    return this.#asked
  }
}
