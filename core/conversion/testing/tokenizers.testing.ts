import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { byteSymbols, syntheticBpe, syntheticSentencePiece } from '../../../scripts/gguf/vocabularies.ts'

/** Text to numbers, without what is put before it. */
export type Encode = (text: string) => number[]

export interface TinyTokenizer {
  readonly encode: Encode
  readonly size: number
  readonly id: (token: string) => number
}

const split = (pattern: string) => [
  { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
  { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
]
const llama3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const qwen = llama3.replace('{1,3}', '')
const tekken = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
const digits = { type: 'Digits', individual_digits: true }

/** How each kind cuts text into words: as its tokenizer.json has it, and as one pattern after the other. */
const kinds = {
  'Llama 3': { steps: split(llama3), cuts: [llama3], wholeWords: true },
  'Llama 3 without whole words': { steps: split(llama3), cuts: [llama3], wholeWords: false },
  Qwen: { steps: split(qwen), cuts: [qwen], wholeWords: false },
  Tekken: { steps: split(tekken), cuts: [tekken], wholeWords: true },
  'GPT-2': { steps: [bytes], cuts: [gpt2], wholeWords: false },
  SmolLM: { steps: [digits, bytes], cuts: [String.raw`\p{N}|[^\p{N}]+`, gpt2], wholeWords: false },
} as const
export type ByteLevelKind = keyof typeof kinds
export const byteLevelKinds = Object.keys(kinds) as ByteLevelKind[]

/** A byte-level tokenizer.json as Llama 3 and Qwen have it, and an encoder of its own for it. */
export function writeByteLevel(
  folder: string,
  kind: ByteLevelKind,
  size: number,
  special: readonly string[],
  config: object,
): TinyTokenizer {
  const { tokens, merges = [] } = syntheticBpe(size, [])
  const vocabulary = Object.fromEntries(tokens.map((token, id) => [token, id]))
  const added = special.map((content, index) => ({ id: tokens.length + index, content, special: true }))
  const { steps, cuts, wholeWords } = kinds[kind]
  const before = wholeWords ? [{ SpecialToken: { id: special[0], type_id: 0 } }] : []
  const json = {
    added_tokens: added,
    normalizer: kind === 'Qwen' ? { type: 'NFC' } : null,
    pre_tokenizer: steps.length === 1 ? steps[0] : { type: 'Sequence', pretokenizers: steps },
    post_processor: {
      type: 'Sequence',
      processors: [
        { type: 'ByteLevel' },
        { type: 'TemplateProcessing', single: [...before, { Sequence: { id: 'A', type_id: 0 } }] },
      ],
    },
    // Newer files have pairs, older ones a text with a space.
    model: {
      type: 'BPE',
      ignore_merges: wholeWords,
      vocab: vocabulary,
      merges: wholeWords ? merges.map(merge => merge.split(' ')) : merges,
    },
  }
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json))
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]))
  const all = [...tokens, ...special]
  return {
    size: all.length,
    id: token => all.indexOf(token),
    encode: text => wordsOf(text, cuts).flatMap(word => encodeWord(word, ranks, vocabulary)),
  }
}

/** Cut by the first pattern, and what that leaves by the next. */
function wordsOf(text: string, [cut, ...more]: readonly string[]): string[] {
  if (cut === undefined) return [text]
  return (text.match(new RegExp(cut, 'gu')) ?? []).flatMap(part => wordsOf(part, more))
}

function encodeWord(
  word: string,
  ranks: ReadonlyMap<string, number>,
  vocabulary: Readonly<Record<string, number>>,
): number[] {
  const parts = [...Buffer.from(word)].map(byte => byteSymbols[byte] as string)
  for (;;) {
    const pairs = parts.slice(1).map((part, index) => ranks.get(`${parts[index]} ${part}`) ?? Infinity)
    const best = Math.min(...pairs)
    if (!Number.isFinite(best)) return parts.map(part => vocabulary[part] as number)
    const at = pairs.indexOf(best)
    parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`)
  }
}

export interface Pieces {
  readonly tokens: readonly string[]
  readonly scores: readonly number[]
  readonly types: readonly number[]
}

/** A SentencePiece vocabulary in the manner of Llama 2 and Gemma: `special` first, then bytes and pieces. */
export function tinyPieces(size: number, special: readonly string[]): Pieces {
  const { tokens, scores = [], types } = syntheticSentencePiece(size, special)
  return { tokens, scores, types }
}

/** The same vocabulary as SentencePiece's own file. */
export function writeTokenizerModel(
  folder: string,
  { tokens, scores, types }: Pieces,
  options: { readonly addsSpace: boolean; readonly algorithm?: number },
): void {
  const pieces = tokens.map((token, id) => {
    const score = Buffer.alloc(4)
    score.writeFloatLE(scores[id] ?? 0)
    const body = [bytesField(1, Buffer.from(token)), Buffer.from([0x15]), score]
    const kind = types[id] ?? 1
    return bytesField(1, Buffer.concat([...body, ...(kind === 1 ? [] : [Buffer.from([0x18, kind])])]))
  })
  const trainer = Buffer.from([0x18, options.algorithm ?? 2])
  const normalizer = Buffer.concat([
    bytesField(1, Buffer.from('identity')),
    Buffer.from([0x18, options.addsSpace ? 1 : 0, 0x20, 0]),
  ])
  writeFileSync(
    join(folder, 'tokenizer.model'),
    Buffer.concat([...pieces, bytesField(2, trainer), bytesField(3, normalizer)]),
  )
}

/** The same vocabulary as a tokenizer.json, where scores have become an order of pairs. */
export function writePiecesJson(folder: string, { tokens, scores, types }: Pieces, addsSpace: boolean): void {
  const known = new Set(tokens.filter((_, id) => types[id] === 1))
  const ordered = tokens
    .map((token, id) => ({ token, score: scores[id] ?? 0 }))
    .filter(({ token }) => known.has(token))
    .sort((a, b) => b.score - a.score)
  const merges = ordered.flatMap(({ token }) => {
    const letters = [...token]
    return letters.slice(1).flatMap((_, index) => {
      const left = letters.slice(0, index + 1).join('')
      const right = letters.slice(index + 1).join('')
      return known.has(left) && known.has(right) ? [[left, right]] : []
    })
  })
  const space = { type: 'Replace', pattern: { String: ' ' }, content: '▁' }
  const json = {
    added_tokens: tokens.flatMap((content, id) =>
      types[id] === 3 || types[id] === 2 ? [{ id, content, special: true }] : [],
    ),
    normalizer: {
      type: 'Sequence',
      normalizers: addsSpace ? [{ type: 'Prepend', prepend: '▁' }, space] : [space],
    },
    pre_tokenizer: null,
    model: {
      type: 'BPE',
      byte_fallback: true,
      unk_token: '<unk>',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  }
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json))
}

/** SentencePiece's BPE, written plainly: the neighbours whose join scores highest are joined, the left ones first. */
export function encodePieces({ tokens, scores }: Pieces, addsSpace: boolean): Encode {
  const ids = new Map(tokens.map((token, id) => [token, id]))
  return text => {
    const parts = [...`${addsSpace ? ' ' : ''}${text}`.replaceAll(' ', '▁')]
    for (;;) {
      const joins = parts.slice(1).map((part, index) => {
        const id = ids.get(`${parts[index]}${part}`)
        return id === undefined ? Number.NEGATIVE_INFINITY : (scores[id] as number)
      })
      const best = Math.max(...joins)
      if (!Number.isFinite(best)) break
      const at = joins.indexOf(best)
      parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`)
    }
    return parts.flatMap(part => {
      const id = ids.get(part)
      if (id !== undefined) return [id]
      return [...Buffer.from(part)].map(
        byte => ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`) as number,
      )
    })
  }
}

function bytesField(number: number, bytes: Buffer): Buffer {
  const length: number[] = []
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128)
    if (rest < 128) break
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
}
