/** How much of a prompt's state was there already, and why not more. */
export interface CacheFact {
  /** Where it was: with the sequence itself, with another one, or on disk. */
  readonly source: 'slot' | 'otherSlot' | 'disk' | 'none'
  /** Leading tokens that are the same as in the most similar prompt remembered. */
  readonly matchedTokens: number
  readonly reusedTokens: number
  /** Absent when all was reused that could be. */
  readonly miss?: CacheMiss
}

/**
 * `first`: nothing similar was seen since the model was loaded. `template`: the template writes the last answer
 * otherwise than the model did. `trimmedHistory`: turns after the beginning were left out. `evicted`: the state was
 * there and had to make room. `uncuttable`: this model's state can only be used whole.
 */
export type CacheMissCause =
  | 'first'
  | 'template'
  | 'toolOrder'
  | 'tools'
  | 'timestamp'
  | 'trimmedHistory'
  | 'evicted'
  | 'uncuttable'
  | 'unknown'

export interface CacheMiss {
  readonly cause: CacheMissCause
  /** Texts around the first difference: the same up to it, then as it was and as it is. Parts of prompts: not for logs. */
  readonly before: string
  readonly was: string
  readonly is: string
}
