import { commonPrefix } from '../slots.ts'

/** A state that a prompt may begin from. */
export interface Candidate<T> {
  readonly from: T
  readonly tokens: ArrayLike<number>
  /** Whether fewer than all its tokens can be used. */
  readonly cuttable: boolean
}

export interface Chosen<T> {
  readonly from: T
  readonly keep: number
}

/** Copying a state takes as long as computing a few tokens; below this it is not worth the while. */
const leastGain = 64
/** A copy is always of the whole state: it must not be too much for what is used of it. */
const mostWaste = 8

/** The state that spares most, over a slot that would spare `kept` tokens as it is; undefined when none is worth it. */
export function chooseCopy<T>(
  candidates: readonly Candidate<T>[],
  prompt: ArrayLike<number>,
  kept: number,
): Chosen<T> | undefined {
  let best: Chosen<T> | undefined
  for (const { from, tokens, cuttable } of candidates) {
    const common = commonPrefix(tokens, prompt)
    if (!cuttable && common < tokens.length) continue
    const gain = common - kept
    if (gain < leastGain || gain * mostWaste < tokens.length) continue
    if (best === undefined || common > best.keep) best = { from, keep: common }
  }
  return best
}

/** A prompt that is being computed. */
export interface Growing {
  readonly prompt: ArrayLike<number>
  readonly computed: number
}

/** Whether it is better to wait for a prompt that is being computed than to compute the same beside it. */
export function worthWaiting(
  growing: readonly Growing[],
  prompt: ArrayLike<number>,
  available: number,
): boolean {
  return growing.some(other => {
    const common = commonPrefix(other.prompt, prompt)
    return common - available >= leastGain && other.computed < Math.min(common, other.prompt.length - 1)
  })
}
