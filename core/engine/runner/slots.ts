/** What a slot holds while nobody uses it. */
export interface IdleSlot {
  readonly slot: number
  /** Tokens whose state is in memory. */
  readonly tokens: ArrayLike<number>
  /** A count that rises with each use. */
  readonly lastUse: number
  /** How many of so many leading tokens can be kept; all of them by default. */
  readonly reusable?: (common: number) => number
}

export interface SlotChoice {
  readonly slot: number
  /** Leading tokens of the prompt that need not be computed again. */
  readonly keep: number
}

/**
 * The idle slot for a prompt: the one where most can be reused, less half of what reusing it would throw away. So a
 * conversation finds its own slot again, and one that merely shares a system prompt with a long conversation does
 * not destroy that while an empty slot is there. Between equals, the one unused for longest.
 */
export function chooseSlot(idle: readonly IdleSlot[], prompt: ArrayLike<number>): SlotChoice | undefined {
  let best: (SlotChoice & { readonly gain: number; readonly lastUse: number }) | undefined
  for (const { slot, tokens, lastUse, reusable = (all: number) => all } of idle) {
    const common = reusable(commonPrefix(tokens, prompt))
    const gain = common - (tokens.length - common) / 2
    if (best === undefined || gain > best.gain || (gain === best.gain && lastUse < best.lastUse)) {
      best = { slot, keep: common, gain, lastUse }
    }
  }
  return best && { slot: best.slot, keep: best.keep }
}

/** How many leading tokens are the same. */
export function commonPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.min(a.length, b.length)
  let same = 0
  while (same < length && a[same] === b[same]) same++
  return same
}
