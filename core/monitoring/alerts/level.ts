/** A limit with hysteresis: raised beyond one value, cleared only well on the near side of it, each after some time. */
export interface LevelRule {
  /** Raised from here on. */
  readonly raise: number
  /** Cleared from here on; on the other side of `raise`. */
  readonly clear: number
  /** Milliseconds that the value must stay there before anything is said. */
  readonly hold: number
}

export interface LevelState {
  readonly isRaised: boolean
  /** Since when the value has been where the state would change; null where it is not there. */
  readonly since: number | null
  /** Since when the value has not been known; null while it is. */
  readonly unknownSince: number | null
}

export const atRest: LevelState = { isRaised: false, since: null, unknownSince: null }

/** Whoever told the value may have gone for good: what nobody has measured for so long is not claimed any more. */
const forgetMilliseconds = 300_000

/** The state after a measurement. A value that is not known changes nothing for five minutes, and lets the waiting begin anew. Pure. */
export function afterMeasuring(
  state: LevelState,
  rule: LevelRule,
  value: number | null,
  now: number,
): LevelState {
  if (value === null) {
    const unknownSince = state.unknownSince ?? now
    const isRaised = state.isRaised && now - unknownSince < forgetMilliseconds
    return { isRaised, since: null, unknownSince }
  }
  // Where raise is below clear, small values are the bad ones.
  const isUpward = rule.raise >= rule.clear
  const isBad = isUpward ? value >= rule.raise : value <= rule.raise
  const isGood = isUpward ? value <= rule.clear : value >= rule.clear
  const wants = state.isRaised ? isGood && !isBad : isBad
  if (!wants) return { isRaised: state.isRaised, since: null, unknownSince: null }
  const since = state.since ?? now
  const isOver = now - since >= rule.hold
  return { isRaised: state.isRaised !== isOver, since: isOver ? null : since, unknownSince: null }
}
