import { byteSymbols } from '../gguf/vocabularies.ts'

/**
 * Byte-level BPE as llama.cpp does it for `tokenizer.ggml.pre = smollm`: every digit alone, then GPT-2's pieces.
 * Letters join first and the space before a word last, so that an unusual name is the same tokens after a space, in
 * quotes and in a path: that is what makes copying easy for a small model.
 */
const digit = /\p{N}/u
const pieces = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

/** Pieces that BPE works within. */
export function preTokenize(text: string): string[] {
  const parts: string[] = []
  // As llama.cpp: first the digits are cut out, then each rest is cut by itself.
  for (const run of text.split(/(\p{N})/u)) {
    if (run === '') continue
    if (digit.test(run)) parts.push(run)
    else parts.push(...(run.match(pieces) ?? []))
  }
  return parts
}

const encoder = new TextEncoder()
const toSymbols = (text: string): string =>
  Array.from(encoder.encode(text), byte => byteSymbols[byte]!).join('')

export class Tokenizer {
  readonly tokens: readonly string[]
  readonly merges: readonly string[]
  private readonly ids: ReadonlyMap<string, number>
  private readonly ranks: ReadonlyMap<string, number>
  private readonly special: RegExp
  private readonly known = new Map<string, readonly number[]>()

  constructor(special: readonly string[], merges: readonly string[]) {
    this.merges = merges
    this.tokens = [...special, ...byteSymbols, ...merges.map(merge => merge.replace(' ', ''))]
    this.ids = new Map(this.tokens.map((token, id) => [token, id]))
    this.ranks = new Map(merges.map((merge, rank) => [merge, rank]))
    this.special = new RegExp(`(${special.map(token => token.replace(/[|/]/g, '\\$&')).join('|')})`)
  }

  /** Token ids; special tokens in the text become themselves. */
  encode(text: string): number[] {
    return text.split(this.special).flatMap(part => {
      if (part === '') return []
      const id = this.special.test(part) ? this.ids.get(part) : undefined
      return id === undefined ? preTokenize(part).flatMap(piece => this.piece(piece)) : [id]
    })
  }

  decode(ids: readonly number[]): string {
    const bytes = new Map(byteSymbols.map((symbol, byte) => [symbol, byte]))
    return Buffer.concat(
      ids.map(id => {
        const token = this.tokens[id] ?? ''
        const raw = Array.from(token, symbol => bytes.get(symbol))
        return id < this.tokens.length - this.merges.length - 256
          ? Buffer.from(token)
          : Buffer.from(raw.map(byte => byte ?? 0))
      }),
    ).toString()
  }

  private piece(piece: string): readonly number[] {
    const known = this.known.get(piece)
    if (known) return known
    let parts = Array.from(toSymbols(piece))
    while (parts.length > 1) {
      let best = -1
      let bestRank = Number.POSITIVE_INFINITY
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.ranks.get(`${parts[i]} ${parts[i + 1]}`)
        if (rank !== undefined && rank < bestRank) [best, bestRank] = [i, rank]
      }
      if (best < 0) break
      parts = [...parts.slice(0, best), parts[best]! + parts[best + 1]!, ...parts.slice(best + 2)]
    }
    const ids = parts.map(part => this.ids.get(part)!)
    this.known.set(piece, ids)
    return ids
  }
}

export interface Budget {
  /** Merges of letters, punctuation and indentation. */
  readonly within: number
  /** Whole words that may carry the space before them. */
  readonly spaced: number
}

/** Learns merges from texts. Words count by their logarithm nowhere: what is often is worth a token. */
export function trainMerges(texts: Iterable<string>, budget: Budget): string[] {
  const counts = new Map<string, number>()
  const spacedCounts = new Map<string, number>()
  for (const text of texts) {
    for (const piece of preTokenize(text)) {
      const bare = /^ [^\s]/.test(piece) ? piece.slice(1) : piece
      counts.set(bare, (counts.get(bare) ?? 0) + 1)
      if (bare !== piece) spacedCounts.set(bare, (spacedCounts.get(bare) ?? 0) + 1)
    }
  }
  const words = [...counts].map(([word, count]) => ({ parts: Array.from(toSymbols(word)), count }))
  const merges: string[] = []
  while (merges.length < budget.within) {
    const pairs = new Map<string, number>()
    for (const { parts, count } of words)
      for (let i = 0; i + 1 < parts.length; i++) {
        const pair = `${parts[i]} ${parts[i + 1]}`
        pairs.set(pair, (pairs.get(pair) ?? 0) + count)
      }
    let best = ''
    for (const [pair, count] of pairs) {
      const most = pairs.get(best) ?? 0
      if (count > most || (count === most && pair < best)) best = pair
    }
    if ((pairs.get(best) ?? 0) < 2) break
    merges.push(best)
    const [left = '', right = ''] = best.split(' ')
    for (const word of words) {
      for (let i = 0; i + 1 < word.parts.length; i++)
        if (word.parts[i] === left && word.parts[i + 1] === right) word.parts.splice(i, 2, left + right)
    }
  }
  const whole = new Set(words.filter(word => word.parts.length === 1).map(word => word.parts[0]!))
  const space = byteSymbols[0x20]!
  const spaced = [...spacedCounts]
    .map(([word, count]) => ({ symbols: toSymbols(word), count }))
    .filter(({ symbols }) => whole.has(symbols))
    .sort((a, b) => b.count - a.count || (a.symbols < b.symbols ? -1 : 1))
    .slice(0, budget.spaced)
  return [...merges, ...spaced.map(({ symbols }) => `${space} ${symbols}`)]
}
