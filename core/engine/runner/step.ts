/** A slot's wish for the next step: to go on from a sampled token, or the rest of a prompt. */
export interface Wish {
  readonly slot: number
  readonly phase: 'prefill' | 'decode'
  /** Tokens still to compute; while decoding all of them at once: the sampled one and the guesses after it. */
  readonly tokens: number
  /** The last step that this slot was part of; those of longest ago come first. */
  readonly lastStep: number
}

export interface StepPart {
  readonly slot: number
  readonly tokens: number
}

export interface StepPlan {
  /** Widest batch, in tokens. */
  readonly batchSize: number
  /** Decoding slots that move on. */
  readonly decode: number
  /** Prompt tokens to compute. */
  readonly prefill: number
}

/**
 * What goes into one step: so many of the decoding slots, each of which moves on by one token, and one prompt: one that
 * the step finishes, so that a short one is soon done beside a long one, or else the one whose turn is longest ago. Never
 * parts of several: llama.cpp computes sequences of unequal lengths one after another, and each costs a step of its own.
 * Sorted by slot: the same tokens in order of arrival cost a fifth more time (59 against 72–77 tokens/s with eight
 * sequences on two x86-64 cores).
 */
export function composeStep(wishes: readonly Wish[], plan: StepPlan): StepPart[] {
  const parts: StepPart[] = []
  let room = plan.batchSize
  const decoding = wishes.filter(wish => wish.phase === 'decode').sort((a, b) => a.lastStep - b.lastStep)
  for (const { slot, tokens } of decoding.slice(0, plan.decode)) {
    if (tokens > room) continue
    parts.push({ slot, tokens })
    room -= tokens
  }
  const budget = Math.min(room, plan.prefill)
  const prompts = wishes.filter(wish => wish.phase === 'prefill')
  const done = prompts.filter(({ tokens }) => tokens <= budget)
  const next = (done.length > 0 ? done : prompts).toSorted((a, b) => a.lastStep - b.lastStep)[0]
  if (next !== undefined && budget > 0) parts.push({ slot: next.slot, tokens: Math.min(next.tokens, budget) })
  return parts.sort((a, b) => a.slot - b.slot)
}
