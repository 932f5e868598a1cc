/** A loaded model, as far as its going by itself is concerned. */
export interface IdleView {
  readonly id: string
  readonly phase: 'loading' | 'loaded' | 'unloading'
  readonly leases: number
  readonly pinned: boolean
  /** When its last lease ended, in milliseconds of a clock that goes forward. */
  readonly lastUsed: number
  /** How long it stays without work; Infinity: for good. */
  readonly keepMilliseconds: number
}

/** When this model goes by itself; undefined while it works, and for one that stays. */
export function goesAt(view: IdleView): number | undefined {
  if (view.phase !== 'loaded' || view.leases > 0 || view.pinned) return undefined
  const at = view.lastUsed + view.keepMilliseconds
  return Number.isFinite(at) ? at : undefined
}

/** Which models have been idle for long enough, and when to look again. */
export function idlePlan(
  views: readonly IdleView[],
  now: number,
): { readonly expired: readonly string[]; readonly next: number | undefined } {
  const times = views.flatMap(view => {
    const at = goesAt(view)
    return at === undefined ? [] : [{ id: view.id, at }]
  })
  const later = times.filter(({ at }) => at > now).map(({ at }) => at)
  return {
    expired: times.filter(({ at }) => at <= now).map(({ id }) => id),
    next: later.length === 0 ? undefined : Math.min(...later),
  }
}
