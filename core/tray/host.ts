import { isDeepStrictEqual } from 'node:util'
import type { HostFacts } from '../contract/tray.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'

/** The menu bar measures the GPU every two seconds while something is computed, and not at all otherwise. */
const loadHoldsMilliseconds = 15_000
/** A model that leaves takes a moment to give its memory back; before that nobody can tell whether it was enough. */
const reliefMilliseconds = 10_000

export interface HostParts {
  readonly bus: Bus
  readonly clock: Pick<Clock, 'monotonic'>
  /** Gives up one idle model; false where there is none. */
  readonly relieve: () => boolean
}

/** What the menu bar told of the machine last. */
export class Host {
  readonly #parts: HostParts
  #facts: HostFacts | null = null
  #at = 0
  #relievedAt = Number.NEGATIVE_INFINITY

  constructor(parts: HostParts) {
    this.#parts = parts
  }

  /** What is known now: null before the first word. Figures of the GPU's load go out of date within seconds. */
  current(): HostFacts | null {
    const facts = this.#facts
    if (facts === null || facts.gpu === null) return facts
    if (this.#parts.clock.monotonic() - this.#at <= loadHoldsMilliseconds) return facts
    return { ...facts, gpu: { ...facts.gpu, utilisation: null, usedBytes: null } }
  }

  /** Takes the facts, tells the bus where they differ, and makes room where memory is short. Answers whether they differ. */
  receive(facts: HostFacts): boolean {
    const changed = !isDeepStrictEqual(this.#facts, facts)
    this.#facts = facts
    this.#at = this.#parts.clock.monotonic()
    if (changed) this.#parts.bus.tell('host.changed', facts)
    this.#makeRoom(facts.memoryPressure)
    return changed
  }

  /** The menu bar says it again while it lasts: one model at a time is enough of an answer to a warning. */
  #makeRoom(pressure: HostFacts['memoryPressure']): void {
    const { relieve, clock } = this.#parts
    // The system is about to end programs: every idle model goes at once.
    if (pressure === 'critical') while (relieve());
    if (pressure !== 'warning' || clock.monotonic() - this.#relievedAt < reliefMilliseconds) return
    this.#relievedAt = clock.monotonic()
    relieve()
  }
}
