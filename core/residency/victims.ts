import type { ResidentView } from './decide.ts'

export interface Shortage {
  readonly residents: readonly ResidentView[]
  /** On their way out already. */
  readonly claimed: ReadonlySet<string>
  /** Just given to a request. */
  readonly granted: ReadonlySet<string>
  /** What is missing. */
  readonly bytes: number
}

/**
 * The models whose memory will be free soonest: idle ones, then busy, then loading; each by last use. No more than it
 * takes: one that is not needed after all stays, the most recently used first.
 */
export function chooseVictims({ residents, claimed, granted, bytes }: Shortage): ResidentView[] {
  const rank = (resident: ResidentView) => {
    if (resident.phase === 'loading') return 2
    return resident.leases === 0 && !granted.has(resident.id) ? 0 : 1
  }
  const candidates = residents
    .filter(one => one.phase !== 'unloading' && !one.pinned && one.bytes > 0 && !claimed.has(one.id))
    .toSorted((a, b) => rank(a) - rank(b) || a.lastUsed - b.lastUsed)
  const chosen: ResidentView[] = []
  let missing = bytes
  for (const candidate of candidates) {
    if (missing <= 0) break
    chosen.push(candidate)
    missing -= candidate.bytes
  }
  return chosen
    .toReversed()
    .filter(one => {
      const spare = missing + one.bytes <= 0
      if (spare) missing += one.bytes
      return !spare
    })
    .toReversed()
}

/** The model to give up when memory is short everywhere: idle, not pinned, least recently used. */
export function idlest(residents: readonly ResidentView[]): ResidentView | undefined {
  return residents
    .filter(one => one.phase === 'loaded' && one.leases === 0 && !one.pinned && !one.leaving && one.bytes > 0)
    .toSorted((a, b) => a.lastUsed - b.lastUsed)[0]
}
