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
  /** Of these tokens, those that had been computed already and have to leave the state first. */
  readonly again?: number
}

/** Steps that a prompt waits at most while shorter ones go before it. */
const patience = 64

/**
 * The prompt whose turn it is: the one with the least left to compute, so that a short one is soon done beside a long
 * one; but none waits for ever. A step computes one prompt and nothing else: llama.cpp computes sequences of unequal
 * lengths one after another, so that in one step with others each costs what it would cost alone.
 *
 * @param now the number of the step that is being made
 */
export function nextPrompt(prompts: readonly Wish[], now: number): Wish | undefined {
  const oldest = prompts.toSorted((a, b) => a.lastStep - b.lastStep)[0]
  if (oldest === undefined || now - oldest.lastStep > patience) return oldest
  return prompts.toSorted((a, b) => a.tokens - b.tokens || a.slot - b.slot)[0]
}

/**
 * So many of those that decode, each of which moves on by one token: those whose turn is longest ago. Sorted by slot:
 * the same tokens in order of arrival cost a fifth more time and up to three quarters (88 against 54 ms for seven
 * sequences on an x86-64 core).
 */
export function decodeParts(decoding: readonly Wish[], width: number, batchSize: number): StepPart[] {
  const parts: StepPart[] = []
  let room = batchSize
  for (const { slot, tokens } of decoding.toSorted((a, b) => a.lastStep - b.lastStep).slice(0, width)) {
    if (tokens > room) continue
    parts.push({ slot, tokens })
    room -= tokens
  }
  return parts.sort((a, b) => a.slot - b.slot)
}
