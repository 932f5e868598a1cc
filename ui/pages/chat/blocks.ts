import { marked } from 'marked'

/** An answer cut into blocks: those that no further text can change, and the one that is being written. */
export interface Blocks {
  readonly finished: readonly string[]
  readonly open: string
}

export const noBlocks: Blocks = { finished: [], open: '' }

/**
 * Adds text. Only the open block is looked at again, so that a long answer costs no more per token than a short one:
 * parsing the whole answer on each token takes a second per second at 100 tokens/s.
 */
export function addText({ finished, open }: Blocks, text: string): Blocks {
  const whole = open + text
  const found = marked.lexer(whole).map(({ raw }) => raw)
  const last = found.pop() ?? ''
  // A blank line alone is not a block: what comes may still belong to the list or quote before it.
  const kept = last.trim() === '' ? (found.pop() ?? '') + last : last
  return found.length === 0 ? { finished, open: whole } : { finished: [...finished, ...found], open: kept }
}
