import { chooseVictims } from './victims.ts'

/** One model that has a place in memory, as far as the decision needs to know it. */
export interface ResidentView {
  readonly id: string
  readonly phase: 'loading' | 'loaded' | 'unloading'
  readonly leases: number
  /** When the last lease ended; any clock that goes forward. */
  readonly lastUsed: number
  /** Requests with a smaller ticket came before the load was done: they go in together. */
  readonly openUntil: number
  /** Someone asked for it to be unloaded. */
  readonly leaving: boolean
  /** What it takes, or will take once it is loaded. */
  readonly bytes: number
  /** Never unloaded for another model. */
  readonly pinned: boolean
}

/** A request in the queue. Tickets count up in the order of arrival. */
export interface WaiterView {
  readonly ticket: number
  readonly modelId: string
  /** What its model would take; undefined until that has been found out. */
  readonly bytes: number | undefined
}

export interface View {
  readonly residents: readonly ResidentView[]
  /** By ticket. */
  readonly waiters: readonly WaiterView[]
  /** Bytes that all models may take together. */
  readonly budget: number
}

export type Decision =
  | { readonly do: 'grant'; readonly ticket: number }
  | { readonly do: 'load'; readonly modelId: string; readonly bytes: number }
  /** `roomFor`: the model that waits for its place; absent where it goes by itself. */
  | { readonly do: 'unload'; readonly modelId: string; readonly roomFor?: string }
  /** Stop a load that nobody waits for any more. */
  | { readonly do: 'abandon'; readonly modelId: string }
  /** It fits beside the pinned models neither now nor later. */
  | { readonly do: 'refuse'; readonly modelId: string; readonly bytes: number }

/**
 * What to do now, in this order. Rules:
 * - The queue is first come, first served. A request for a loaded model starts at once, unless an earlier request
 *   waits for that model's memory: so nobody starves, however busy the loaded model is.
 * - A load takes along everyone who asked for that model before it was done, so that two models in turn cost one
 *   switch a round and not one a request.
 * - Memory is freed only from models without a lease and without a pin; the least recently used goes first, and no
 *   more of them than it takes.
 * - What is freed for one is not given to those behind it.
 */
export function decide(view: View): Decision[] {
  const { residents, waiters, budget } = view
  const decisions: Decision[] = []
  const byId = new Map(residents.map(resident => [resident.id, resident]))
  const claimed = new Set(residents.filter(resident => resident.leaving).map(resident => resident.id))
  const granted = new Set<string>()
  const roomFor = new Map<string, string>()
  const provided = new Set<string>()
  const mostForOne = budget - bytesOf(residents.filter(one => one.pinned && !one.leaving))
  let free = Math.max(0, budget - bytesOf(residents))
  // What will be free once everything that is on its way out has gone, and all that was promised is taken.
  let coming =
    budget - bytesOf(residents.filter(one => one.phase !== 'unloading' && !claimed.has(one.id))) - free

  for (const { ticket, modelId, bytes } of waiters) {
    const resident = byId.get(modelId)
    if (resident !== undefined) {
      if (resident.phase !== 'loaded') continue
      if (claimed.has(modelId) && ticket >= resident.openUntil) continue
      granted.add(modelId)
      decisions.push({ do: 'grant', ticket })
      continue
    }
    if (provided.has(modelId) || bytes === undefined) continue
    provided.add(modelId)
    if (bytes > 0 && bytes > mostForOne) decisions.push({ do: 'refuse', modelId, bytes })
    else if (bytes <= free) {
      free -= bytes
      decisions.push({ do: 'load', modelId, bytes })
    } else {
      for (const victim of chooseVictims({ residents, claimed, granted, bytes: bytes - free - coming })) {
        claimed.add(victim.id)
        roomFor.set(victim.id, modelId)
        coming += victim.bytes
      }
      coming -= bytes - free
      free = 0
    }
  }

  for (const resident of residents) {
    if (resident.phase === 'loading' && !waiters.some(waiter => waiter.modelId === resident.id)) {
      decisions.push({ do: 'abandon', modelId: resident.id })
    }
    const idle = resident.phase === 'loaded' && resident.leases === 0 && !granted.has(resident.id)
    if (!idle || !claimed.has(resident.id)) continue
    const needed = roomFor.get(resident.id)
    decisions.push({ do: 'unload', modelId: resident.id, ...(needed && { roomFor: needed }) })
  }
  return decisions
}

function bytesOf(residents: readonly ResidentView[]): number {
  return residents.reduce((sum, resident) => sum + resident.bytes, 0)
}
