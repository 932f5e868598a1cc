import type { CallStyle } from './style.ts'

/** How a model family writes tool calls into its answer. */
export interface ToolFormat {
  readonly id: string
  /** Texts that begin calls; the first is the one it writes. */
  readonly open: readonly string[]
  /** Calls may also begin the answer without any mark. */
  readonly bare?: boolean
  /** Ends what `open` began; absent where the end of the call does. */
  readonly close?: string
  /** What the model writes between `open` and `close`: one call, several after another, or a list of them. */
  readonly calls: 'one' | 'many' | 'list'
  /** Around each call inside. */
  readonly each?: { readonly open: string; readonly close: string }
  readonly style: CallStyle
  /** What the model writes after `open` and before `close`. */
  readonly inside?: { readonly before: string; readonly after: string }
  /** What it writes between calls (where `calls` is 'one': between one's `close` and the next one's `open`). */
  readonly between?: string
  /** Whether several calls can be written at once. */
  readonly parallel: boolean
  /** Special tokens that its calls hold beside those above. */
  readonly marks?: readonly string[]
  /** Texts by which the engine tells that a call begins; by default those of `open`. */
  readonly triggers?: readonly string[]
}

export const linesInside = { before: '\n', after: '\n' }

/** A table of formats, each knowing its own name. */
export function formats<Id extends string>(
  table: Record<Id, Omit<ToolFormat, 'id'>>,
): Record<Id, ToolFormat> {
  const entries = Object.entries<Omit<ToolFormat, 'id'>>(table)
  return Object.fromEntries(entries.map(([id, format]) => [id, { id, ...format }])) as Record<Id, ToolFormat>
}
