import type { OpenFile } from '../files/open-file.ts'
import { ProtoFile } from '../files/protobuf.ts'
import { string } from '../gguf/format.ts'
import { Refusal } from '../refusal.ts'
import { mostTokens } from './added.ts'
import { tokenKinds, type Vocabulary } from './types.ts'

const algorithms: Readonly<Record<number, string>> = { 1: 'unigram', 2: 'BPE', 3: 'words', 4: 'characters' }

/**
 * The vocabulary of a SentencePiece `tokenizer.model`.
 * See https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
 *
 * @throws Refusal for another algorithm than BPE, and for damaged files
 */
export function readSentencePiece(file: OpenFile): Vocabulary {
  const proto = new ProtoFile(file)
  const tokens: string[] = []
  const kinds: number[] = []
  const scores: number[] = []
  let algorithm = 1
  let addsSpace = true
  let normalizer = ''
  for (const field of proto.fields(0, proto.size)) {
    if (field.number === 1 && field.wire === 'bytes') {
      const piece = readPiece(proto, field)
      if (tokens.length >= mostTokens) throw new Refusal('Its tokenizer has millions of tokens.')
      tokens.push(piece.text)
      kinds.push(piece.kind)
      scores.push(piece.score)
    } else if (field.number === 2 && field.wire === 'bytes') {
      for (const part of proto.fields(field.start, field.end)) if (part.number === 3) algorithm = part.value
    } else if (field.number === 3 && field.wire === 'bytes') {
      for (const part of proto.fields(field.start, field.end)) {
        if (part.number === 1) normalizer = proto.text(part, 64)
        if (part.number === 3) addsSpace = part.value !== 0
      }
    }
  }
  if (tokens.length === 0) throw new Refusal(`"${file.name}" holds no vocabulary.`)
  if (algorithm !== 2)
    throw new Refusal(
      `Its SentencePiece tokenizer is of the kind "${algorithms[algorithm] ?? algorithm}"; BPE is converted.`,
    )
  if (normalizer !== 'identity' && normalizer !== '')
    throw new Refusal('Its SentencePiece tokenizer changes text first, which is not converted.')
  return {
    tokens,
    kinds,
    scores,
    metadata: {
      'tokenizer.ggml.model': string('llama'),
      'tokenizer.ggml.pre': string('default'),
      'tokenizer.ggml.add_space_prefix': { type: 'bool', value: addsSpace },
    },
  }
}

function readPiece(proto: ProtoFile, field: { readonly start: number; readonly end: number }) {
  let text = ''
  let score = 0
  let kind: number = tokenKinds.normal
  for (const part of proto.fields(field.start, field.end)) {
    if (part.number === 1 && part.wire === 'bytes') text = proto.text(part)
    else if (part.number === 2 && part.wire === 'fixed32') score = proto.float32(part)
    else if (part.number === 3 && part.wire === 'varint') kind = part.value
  }
  if (kind < 1 || kind > 6) throw new Refusal('Its tokenizer has a token of an unknown kind.')
  return { text, score, kind }
}
