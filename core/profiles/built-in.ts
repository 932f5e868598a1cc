import type { ProfileValues } from '../contract/profiles.ts'

export interface BuiltInProfile {
  readonly description: string
  readonly values: ProfileValues
}

/** The profiles that come with Impetus. They can be copied, not changed. */
export const builtInProfiles: Readonly<Record<string, BuiltInProfile>> = {
  fast: {
    description: 'One request at a time with a short context: the least memory, the shortest wait.',
    values: { contextLength: 8192, slots: 1, flashAttention: true },
  },
  balanced: {
    description: 'What the model and the memory of this machine suggest.',
    values: {},
  },
  'long-context': {
    description: 'Up to 131,072 tokens, kept in half the memory, for one request.',
    values: { contextLength: 131_072, slots: 1, kvCacheType: 'q8_0', flashAttention: true },
  },
  battery: {
    description: 'Two threads, narrow steps, and out of memory after five minutes.',
    values: { threads: 2, slots: 1, batchSize: 128, idleMinutes: 5 },
  },
}
