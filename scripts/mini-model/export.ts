/**
 * `node scripts/mini-model/export.ts CORPUS_DIR RUN_DIR FILE.gguf [F16|Q8_0|F32]`: makes the GGUF out of what
 * train.py wrote: weights from model.safetensors, shape from model.json, vocabulary from the corpus.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  bool,
  fileTypeIds,
  type Metadata,
  string,
  strings,
  type Tensor,
  type TensorType,
  u32,
} from '../../core/conversion/gguf/format.ts'
import { encodeTensor } from '../../core/conversion/gguf/quantize.ts'
import { writeGguf } from '../../core/conversion/gguf/write.ts'
import { decoderMetadata } from '../gguf/decoder.ts'
import { tokenTypes, vocabularyMetadata } from '../gguf/vocabularies.ts'
import { Tokenizer } from './bpe.ts'
import { chatTemplate } from './chat-template.ts'
import { special } from './dialogue.ts'
import { readSafetensors } from './safetensors.ts'

interface VocabularyFile {
  readonly special: readonly string[]
  readonly userDefined: number
  readonly merges: readonly string[]
}

export function readTokenizer(corpus: string): { tokenizer: Tokenizer; file: VocabularyFile } {
  const file = JSON.parse(readFileSync(join(corpus, 'vocabulary.json'), 'utf8')) as VocabularyFile
  return { file, tokenizer: new Tokenizer(file.special, file.merges) }
}

/** What the vocabulary, the template and the model's card put into the file. */
export function textMetadata(corpus: string): Metadata {
  const { tokenizer, file } = readTokenizer(corpus)
  const types = tokenizer.tokens.map((_, id) =>
    id < file.userDefined
      ? tokenTypes.control
      : id < file.special.length
        ? tokenTypes.userDefined
        : tokenTypes.normal,
  )
  return {
    ...vocabularyMetadata(
      'gpt2',
      'smollm',
      { tokens: tokenizer.tokens, types, merges: tokenizer.merges },
      {
        bos: special.endOfText,
        eos: special.end,
        eot: special.end,
        padding: special.endOfText,
        fim_pre: special.prefix,
        fim_suf: special.suffix,
        fim_mid: special.middle,
      },
    ),
    'tokenizer.ggml.add_bos_token': bool(false),
    'tokenizer.chat_template': string(chatTemplate),
  }
}

function general(type: TensorType): Metadata {
  return {
    'general.architecture': string('llama'),
    'general.type': string('model'),
    'general.name': string('impetus-mini'),
    'general.author': string('The Impetus authors'),
    'general.license': string('mit'),
    'general.description': string(
      'Answers questions about Impetus, calls simple tools, completes small pieces of code.',
    ),
    'general.languages': strings(['en']),
    'general.file_type': u32(fileTypeIds[type]),
    'general.quantization_version': u32(2),
  }
}

export async function exportModel(
  corpus: string,
  run: string,
  path: string,
  type: TensorType,
): Promise<number> {
  const shape = JSON.parse(readFileSync(join(run, 'model.json'), 'utf8')) as {
    [name in
      | 'vocabulary'
      | 'width'
      | 'layers'
      | 'heads'
      | 'kvHeads'
      | 'headWidth'
      | 'inner'
      | 'contextLength'
      | 'ropeBase']: number
  }
  const weights = readSafetensors(join(run, 'model.safetensors'))
  const tensors = [...weights].map(([name, { shape: dimensions, values }]): Tensor => {
    // Norms stay exact: they are few, and llama.cpp wants them so.
    const stored = dimensions.length === 1 ? 'F32' : type
    return { name, type: stored, shape: dimensions.toReversed(), data: () => [encodeTensor(values, stored)] }
  })
  const metadata: Metadata = {
    ...general(type),
    ...decoderMetadata({
      ...shape,
      architecture: 'llama',
      tied: true,
      seed: 0,
      type,
      unspeakable: new Set(),
    }),
    ...textMetadata(corpus),
  }
  return writeGguf(path, metadata, tensors)
}

if (import.meta.main) {
  const [corpus, run, path, type = 'Q8_0'] = process.argv.slice(2)
  if (!corpus || !run || !path || !['F16', 'Q8_0', 'F32'].includes(type)) {
    console.error('usage: node scripts/mini-model/export.ts CORPUS_DIR RUN_DIR FILE.gguf [F16|Q8_0|F32]')
    process.exitCode = 2
  } else console.log(`${path}: ${await exportModel(corpus, run, path, type as TensorType)} bytes`)
}
