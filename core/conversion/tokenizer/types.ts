import type { Metadata } from '../gguf/format.ts'

/** llama.cpp's kinds of tokens, which are SentencePiece's too. */
export const tokenKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

/** A vocabulary on its way: what its file says, before special tokens and padding. */
export interface Vocabulary {
  readonly tokens: (string | undefined)[]
  readonly kinds: number[]
  readonly metadata: Metadata
  /** Higher is joined first; SentencePiece's kind only. */
  readonly scores?: number[]
  /** What the tokenizer's own file says goes before a text and behind it; undefined where it does not say. */
  readonly addsBos?: boolean | undefined
  readonly addsEos?: boolean | undefined
}
