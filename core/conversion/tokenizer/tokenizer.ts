import type { ModelFolder } from '../files/folder.ts'
import { Fields, readJson, readJsonIfThere } from '../files/json.ts'
import { f32s, i32s, type Metadata, strings } from '../gguf/format.ts'
import { printable, Refusal } from '../refusal.ts'
import { addedTokens, placeAdded } from './added.ts'
import { chatTemplates } from './chat-template.ts'
import { readJsonBpe } from './json-bpe.ts'
import { readSentencePiece } from './sentencepiece.ts'
import { specialTokens } from './special.ts'
import { tokenKinds, type Vocabulary } from './types.ts'

/**
 * The tokenizer and chat template of a model, as GGUF's metadata.
 *
 * @param size rows of the embedding; a vocabulary with fewer tokens is filled up
 * @throws Refusal for tokenizers that are not converted
 */
export function tokenizerMetadata(folder: ModelFolder, config: Fields, size: number): Metadata {
  const file = (name: string) => new Fields(readJsonIfThere(folder, name), name)
  const own = file('tokenizer_config.json')
  const { vocabulary, json } = readVocabulary(folder, own)
  const added = addedTokens(json, own, readJsonIfThere(folder, 'added_tokens.json'))
  // Gemma 3's smallest lists a token for pictures that it has no row for.
  placeAdded(
    vocabulary,
    added.filter(({ id }) => id < size),
  )
  fill(vocabulary, size)
  return {
    ...vocabulary.metadata,
    'tokenizer.ggml.tokens': strings(vocabulary.tokens as string[]),
    'tokenizer.ggml.token_type': i32s(vocabulary.kinds),
    ...(vocabulary.scores && { 'tokenizer.ggml.scores': f32s(vocabulary.scores) }),
    ...specialTokens(
      {
        byText: [own, file('special_tokens_map.json')],
        byNumber: [config, file('generation_config.json')],
      },
      vocabulary,
    ),
    ...chatTemplates(folder, own),
  }
}

interface Read {
  readonly vocabulary: Vocabulary
  /** Where it was needed; that of a large vocabulary takes a second to read. */
  readonly json: Fields | undefined
}

/** SentencePiece's own file is exact where it is one; some models keep another format under its name. */
function readVocabulary(folder: ModelFolder, own: Fields): Read {
  const hasJson = folder.has('tokenizer.json')
  const json = () => new Fields(readJson(folder, 'tokenizer.json'), 'tokenizer.json')
  if (folder.has('tokenizer.model')) {
    try {
      const vocabulary = readSentencePiece(folder.open('tokenizer.model'))
      return { vocabulary, json: own.has('added_tokens_decoder') || !hasJson ? undefined : json() }
    } catch (error) {
      if (!(error instanceof Refusal) || !hasJson) throw error
    }
  }
  if (!hasJson) throw new Refusal('It has no tokenizer.json and no tokenizer.model.')
  const fields = json()
  return { vocabulary: readJsonBpe(fields), json: fields }
}

function fill({ tokens, kinds, scores }: Vocabulary, size: number): void {
  if (tokens.length > size)
    throw new Refusal(`Its tokenizer has ${tokens.length} tokens, and the model knows only ${size}.`)
  const seen = new Set<string>()
  for (let id = 0; id < size; id++) {
    const token = tokens[id]
    if (token === undefined) {
      tokens[id] = `[PAD${id}]`
      kinds[id] = tokenKinds.unused
      if (scores !== undefined) scores[id] = 0
    } else if (seen.has(token)) throw new Refusal(`Its tokenizer has the token "${printable(token)}" twice.`)
    seen.add(tokens[id] as string)
  }
}
