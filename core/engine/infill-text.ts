import type { InfillPrompt } from './engine.ts'

/** What is before the gap, with the other files as plain text, for models that have no tokens for them. */
export function wholePrefix({ prefix, extra = [] }: Pick<InfillPrompt, 'prefix' | 'extra'>): string {
  return extra.map(({ name, text }) => `--- ${name} ---\n\n${text}\n\n`).join('') + prefix
}
