import type { Resident } from './resident.ts'
import type { ModelState } from './types.ts'

export interface StatesView {
  readonly residents: readonly Resident[]
  /** Models that are not loaded any more, with the reason. */
  readonly leftAlone: Iterable<readonly [id: string, reason: string]>
  /** Requests that wait for a model that is not there yet, or not for them. */
  readonly waiting: (id: string) => number
  readonly isPinned: (id: string) => boolean
  /** Milliseconds since 1970; null for one that stays. */
  readonly goesAt: (resident: Resident) => number | null
}

/** The models in memory, and those left alone, as the outside sees them. */
export function statesOf({ residents, leftAlone, waiting, isPinned, goesAt }: StatesView): ModelState[] {
  const inMemory = residents.map((resident): ModelState => {
    const { id, phase, progress, leases, model, bytes } = resident
    return {
      id,
      state: phase,
      progress: phase === 'loading' ? progress : null,
      leases,
      slots: model?.facts.slots ?? null,
      waiting: waiting(id) + waitingForSlots(resident),
      contextLength: model?.facts.contextLength ?? null,
      reason: null,
      bytes,
      pinned: isPinned(id),
      unloadsAt: goesAt(resident),
    }
  })
  const alone = [...leftAlone].map(([id, reason]): ModelState => {
    const nothing = { progress: null, leases: 0, slots: null, contextLength: null, bytes: 0, unloadsAt: null }
    return { id, state: 'quarantined', ...nothing, waiting: waiting(id), reason, pinned: isPinned(id) }
  })
  return [...inMemory, ...alone]
}

/** Requests that a loaded model has taken on and not begun with. */
export function waitingForSlots({ leases, model }: Resident): number {
  return Math.max(0, leases - (model?.facts.slots ?? leases))
}
