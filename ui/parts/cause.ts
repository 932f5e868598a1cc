import type { Key } from '../words/languages.ts'
import type { Words } from '../words/words.tsx'

const keys: Readonly<Record<string, Key>> = {
  first: 'cause-first',
  template: 'cause-template',
  toolOrder: 'cause-toolOrder',
  tools: 'cause-tools',
  timestamp: 'cause-timestamp',
  trimmedHistory: 'cause-trimmedHistory',
  evicted: 'cause-evicted',
  uncuttable: 'cause-uncuttable',
}

/** Why a prompt was not in the cache, in words. Pure. */
export function causeText(cause: string, words: Words): string {
  return words.say(keys[cause] ?? 'cause-unknown')
}
