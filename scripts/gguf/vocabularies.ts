import { f32s, i32s, type Metadata, string, strings } from '../../core/conversion/gguf/format.ts'

/** llama.cpp's token types. */
export const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface Vocabulary {
  readonly tokens: readonly string[]
  readonly types: readonly number[]
  /** `left right` of each pair to join, most urgent first; byte-level BPE only. */
  readonly merges?: readonly string[]
  /** Higher is taken first; SentencePiece only. */
  readonly scores?: readonly number[]
}

/** GPT-2's printable stand-ins for the 256 bytes: what a byte-level vocabulary spells its tokens with. */
export const byteSymbols: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++))
})()

const letters = [...'etaoinsrhldcumfpgwybvkxjqz']
const space = byteSymbols[0x20]!

/** Endless supply of made-up pieces, short ones first, each the join of two that came before it. */
function* pieces(wordStart: string): Generator<{ left: string; right: string }> {
  const pairs = letters.flatMap(left => letters.map(right => ({ left, right })))
  yield* pairs
  for (const right of letters) yield { left: wordStart, right }
  for (const { left, right } of pairs) yield { left: wordStart + left, right }
  for (const { left, right } of pairs) for (const last of letters) yield { left: left + right, right: last }
  for (const { left, right } of pairs)
    for (const last of letters) yield { left: wordStart + left + right, right: last }
  for (const first of pairs)
    for (const last of pairs) yield { left: first.left + first.right, right: last.left + last.right }
}

/** A byte-level BPE vocabulary of `size` tokens: the special ones, the bytes, then made-up pieces of letters. */
export function syntheticBpe(size: number, special: readonly string[]): Vocabulary {
  const tokens = [...special, ...byteSymbols]
  const merges: string[] = []
  for (const { left, right } of pieces(space)) {
    if (tokens.length >= size) break
    tokens.push(left + right)
    merges.push(`${left} ${right}`)
  }
  return {
    tokens,
    merges,
    types: tokens.map((_, id) => (id < special.length ? tokenTypes.control : tokenTypes.normal)),
  }
}

/** A SentencePiece vocabulary with byte fallback. `special` begins as Gemma's does: pad, eos, bos, unk. */
export function syntheticSentencePiece(size: number, special: readonly string[]): Vocabulary {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  )
  const tokens = [...special, ...bytes, '▁', ...letters]
  for (const { left, right } of pieces('▁')) {
    if (tokens.length >= size) break
    tokens.push(left + right)
  }
  const first = special.length + bytes.length
  return {
    tokens,
    types: tokens.map((token, id) =>
      token === '<unk>'
        ? tokenTypes.unknown
        : id < special.length
          ? tokenTypes.control
          : id < first
            ? tokenTypes.byte
            : tokenTypes.normal,
    ),
    scores: tokens.map((_, id) => (id < first ? -1000 : first - id)),
  }
}

/** A WordPiece vocabulary as llama.cpp keeps BERT's: pieces that begin a word have a `▁` before them. */
export function syntheticWordPiece(size: number, special: readonly string[]): Vocabulary {
  const digits = [...'0123456789.,:;!?()\'"-']
  const tokens = [
    ...special,
    ...digits.map(sign => `▁${sign}`),
    ...letters.map(letter => `▁${letter}`),
    ...letters,
  ]
  for (const { left, right } of pieces('▁')) {
    if (tokens.length >= size) break
    if (left !== '▁') tokens.push(left + right)
  }
  return {
    tokens,
    types: tokens.map((token, id) =>
      token === '[UNK]' ? tokenTypes.unknown : id < special.length ? tokenTypes.control : tokenTypes.normal,
    ),
  }
}

/**
 * A vocabulary as metadata. `roles` names special tokens by the key's middle part, say
 * `{ bos: '<s>' }` for `tokenizer.ggml.bos_token_id`. Throws when a named token is not in the vocabulary.
 */
export function vocabularyMetadata(
  model: 'gpt2' | 'llama' | 'bert',
  pre: string,
  vocabulary: Vocabulary,
  roles: Readonly<Record<string, string>>,
): Metadata {
  const ids = Object.entries(roles).map(([role, token]) => {
    const id = vocabulary.tokens.indexOf(token)
    if (id < 0) throw new RangeError(`no token ${token} for ${role}`)
    return [`tokenizer.ggml.${role}_token_id`, { type: 'u32', value: id }] as const
  })
  return {
    'tokenizer.ggml.model': string(model),
    'tokenizer.ggml.pre': string(pre),
    'tokenizer.ggml.tokens': strings(vocabulary.tokens),
    'tokenizer.ggml.token_type': i32s(vocabulary.types),
    ...(vocabulary.merges && { 'tokenizer.ggml.merges': strings(vocabulary.merges) }),
    ...(vocabulary.scores && { 'tokenizer.ggml.scores': f32s(vocabulary.scores) }),
    ...Object.fromEntries(ids),
  }
}

/** Tokens that a random model must not choose, so that its text is readable and it does not stop by accident. */
export function unspeakable(vocabulary: Vocabulary): ReadonlySet<number> {
  const readable = /^[\x20-\x7eĠ▁]+$/
  return new Set(
    vocabulary.tokens.flatMap((token, id) =>
      vocabulary.types[id] === tokenTypes.normal && readable.test(token) ? [] : [id],
    ),
  )
}

export const noBos: Metadata = { 'tokenizer.ggml.add_bos_token': { type: 'bool', value: false } }
