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
}

/** A request in the queue. Tickets count up in the order of arrival. */
export interface WaiterView {
  readonly ticket: number
  readonly modelId: string
}

export interface View {
  readonly residents: readonly ResidentView[]
  /** By ticket. */
  readonly waiters: readonly WaiterView[]
  /** How many models may be in memory at a time. */
  readonly places: number
}

export type Decision =
  | { readonly do: 'grant'; readonly ticket: number }
  | { readonly do: 'load'; readonly modelId: string }
  | { readonly do: 'unload'; readonly modelId: string }
  /** Stop a load that nobody waits for any more. */
  | { readonly do: 'abandon'; readonly modelId: string }

/**
 * What to do now, in this order. Rules:
 * - The queue is first come, first served. A request for a loaded model starts at once, unless an earlier request
 *   waits for that model's place: so nobody starves, however busy the loaded model is.
 * - A load takes along everyone who asked for that model before it was done, so that two models in turn cost one
 *   switch a round and not one a request.
 * - A place is freed only when its model has no lease; the least recently used idle one goes first.
 */
export function decide(view: View): Decision[] {
  const decisions: Decision[] = []
  const residents = new Map(view.residents.map(resident => [resident.id, resident]))
  const claimed = new Set(view.residents.filter(resident => resident.leaving).map(resident => resident.id))
  const granted = new Set<string>()
  const provided = new Set<string>()
  let free = view.places - view.residents.length

  for (const { ticket, modelId } of view.waiters) {
    const resident = residents.get(modelId)
    if (resident !== undefined) {
      if (resident.phase !== 'loaded') continue
      if (claimed.has(modelId) && ticket >= resident.openUntil) continue
      granted.add(modelId)
      decisions.push({ do: 'grant', ticket })
    } else if (!provided.has(modelId)) {
      provided.add(modelId)
      if (free > 0) {
        free--
        decisions.push({ do: 'load', modelId })
        continue
      }
      const victim = chooseVictim(view.residents, claimed, granted)
      if (victim !== undefined) claimed.add(victim.id)
    }
  }

  for (const resident of view.residents) {
    if (resident.phase === 'loading' && !view.waiters.some(waiter => waiter.modelId === resident.id)) {
      decisions.push({ do: 'abandon', modelId: resident.id })
    }
    const idle = resident.phase === 'loaded' && resident.leases === 0 && !granted.has(resident.id)
    if (idle && claimed.has(resident.id)) decisions.push({ do: 'unload', modelId: resident.id })
  }
  return decisions
}

/** The place that will be free soonest: one already being freed, then idle, then busy, then loading; each by last use. */
function chooseVictim(
  residents: readonly ResidentView[],
  claimed: ReadonlySet<string>,
  granted: ReadonlySet<string>,
): ResidentView | undefined {
  const rank = (resident: ResidentView) => {
    if (resident.phase === 'unloading') return 0
    if (resident.phase === 'loading') return 3
    return resident.leases === 0 && !granted.has(resident.id) ? 1 : 2
  }
  return residents
    .filter(resident => !claimed.has(resident.id))
    .toSorted((a, b) => rank(a) - rank(b) || a.lastUsed - b.lastUsed)[0]
}
