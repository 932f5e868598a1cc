import type { ChatOptions } from '../generation/plan.ts'

/** What `reasoning_effort` asks for: whether to think at all, and how much, for templates that know of it. */
export function reasoningOf(effort: string | null | undefined): {
  readonly reasoning?: ChatOptions['reasoning']
  readonly variables: Readonly<Record<string, unknown>>
} {
  if (effort == null) return { variables: {} }
  if (effort === 'none') return { reasoning: { enabled: false }, variables: {} }
  return { reasoning: { enabled: true }, variables: { reasoning_effort: effort } }
}
