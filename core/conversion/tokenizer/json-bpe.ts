import { type Fields, isObject } from '../files/json.ts'
import { string, strings } from '../gguf/format.ts'
import { printable, Refusal } from '../refusal.ts'
import { mostTokens } from './added.ts'
import { preTokenizerName, sequence } from './pre.ts'
import { tokenKinds, type Vocabulary } from './types.ts'

/**
 * The vocabulary of a tokenizer.json with pairs to join: of bytes (GPT-2's way: Llama 3, Qwen, Mistral's newer ones)
 * or of SentencePiece's pieces (Llama 2, Mistral, Gemma where tokenizer.model is not there).
 *
 * @throws Refusal for other kinds
 */
export function readJsonBpe(tokenizer: Fields): Vocabulary {
  const model = tokenizer.object('model')
  const kind = model?.text('type')
  // Old files leave the type out and have merges all the same.
  if (model === undefined || (kind !== 'BPE' && !(kind === undefined && model.has('merges'))))
    throw new Refusal(`Its tokenizer is of the kind "${printable(kind ?? 'unknown')}"; BPE is converted.`)
  if (model.has('continuing_subword_prefix') && model.text('continuing_subword_prefix') !== '')
    throw new Refusal('Its tokenizer marks the inside of words, which is not converted.')
  const { tokens, kinds } = readTokens(model)
  const merges = readMerges(model)
  const isBytes = sequence(tokenizer.raw('pre_tokenizer'), 'pretokenizers').some(
    step => step.text('type') === 'ByteLevel',
  )
  const ends = endsOf(tokenizer, tokens)
  if (isBytes) {
    // NFC leaves text alone that is written as nearly all text is; llama.cpp does not do it.
    refuseNormalizers(tokenizer, new Set(['NFC']))
    return {
      tokens,
      kinds,
      ...ends,
      metadata: {
        'tokenizer.ggml.model': string('gpt2'),
        'tokenizer.ggml.pre': string(preTokenizerName(tokenizer, model)),
        'tokenizer.ggml.merges': strings(merges.map(([left, right]) => `${left} ${right}`)),
      },
    }
  }
  if (model.flag('byte_fallback') !== true)
    throw new Refusal('Its tokenizer knows neither bytes nor a way back to them, which is not converted.')
  return asPieces(tokenizer, tokens, kinds, merges, ends)
}

function readTokens(model: Fields): { tokens: (string | undefined)[]; kinds: number[] } {
  const vocabulary = model.raw('vocab')
  if (!isObject(vocabulary)) throw new Refusal('Its tokenizer has no vocabulary.')
  const tokens: (string | undefined)[] = []
  for (const [token, id] of Object.entries(vocabulary)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > mostTokens)
      throw new Refusal(`Its token "${printable(token)}" has no usable number.`)
    tokens[id] = token
  }
  const whole = Array.from(tokens)
  const kinds = whole.map(token => (token === undefined ? tokenKinds.unused : tokenKinds.normal))
  return { tokens: whole, kinds }
}

/** `"a b"` in older files, `["a", "b"]` in newer ones. */
function readMerges(model: Fields): readonly (readonly [string, string])[] {
  return (model.list('merges') ?? []).map(merge => {
    const pair = typeof merge === 'string' ? splitOnce(merge) : merge
    if (Array.isArray(pair) && pair.length === 2 && pair.every(each => typeof each === 'string'))
      return pair as unknown as readonly [string, string]
    throw new Refusal('Its tokenizer has a damaged list of pairs.')
  })
}

function splitOnce(merge: string): string[] {
  const at = merge.indexOf(' ', 1)
  return [merge.slice(0, at), merge.slice(at + 1)]
}

/** Whether the post-processor puts a token before a text and behind it. */
function endsOf(tokenizer: Fields, tokens: readonly unknown[]): { addsBos?: boolean; addsEos?: boolean } {
  const template = sequence(tokenizer.raw('post_processor'), 'processors').find(
    step => step.text('type') === 'TemplateProcessing',
  )
  if (template === undefined || tokens.length === 0) return {}
  const parts = (template.list('single') ?? []).map(part =>
    isObject(part) ? Object.keys(part)[0] : undefined,
  )
  const text = parts.indexOf('Sequence')
  return {
    addsBos: parts.indexOf('SpecialToken') === 0 && text > 0,
    addsEos: parts.at(-1) === 'SpecialToken' && text < parts.length - 1,
  }
}

/**
 * A SentencePiece vocabulary that was rewritten as pairs. llama.cpp joins the pair whose result has the highest score,
 * this tokenizer the pair that stands first in its list, which was made from the scores: so the place in the list,
 * negated, is a score again.
 */
function asPieces(
  tokenizer: Fields,
  tokens: (string | undefined)[],
  kinds: number[],
  merges: readonly (readonly [string, string])[],
  ends: object,
): Vocabulary {
  const rank = new Map<string, number>()
  for (const [index, [left, right]] of merges.entries())
    if (!rank.has(left + right)) rank.set(left + right, index)
  const unknown = tokenizer.object('model')?.text('unk_token')
  for (const [id, token] of tokens.entries()) {
    if (token === undefined) continue
    if (/^<0x[0-9A-F]{2}>$/.test(token)) kinds[id] = tokenKinds.byte
    else if (token === unknown) kinds[id] = tokenKinds.unknown
  }
  const scores = tokens.map(token => -(rank.get(token ?? '') ?? merges.length))
  return {
    tokens,
    kinds,
    scores,
    ...ends,
    metadata: {
      'tokenizer.ggml.model': string('llama'),
      'tokenizer.ggml.pre': string('default'),
      'tokenizer.ggml.add_space_prefix': { type: 'bool', value: addsSpace(tokenizer) },
    },
  }
}

/** Whether a text gets a space before it: by the normalizer in older files, by the pre-tokenizer in newer ones. */
function addsSpace(tokenizer: Fields): boolean {
  const normalizers = refuseNormalizers(tokenizer, new Set(['Prepend', 'Replace']))
  if (normalizers.some(step => step.text('type') === 'Prepend' && step.text('prepend') === '▁')) return true
  const spaces = sequence(tokenizer.raw('pre_tokenizer'), 'pretokenizers').find(
    step => step.text('type') === 'Metaspace',
  )
  if (spaces === undefined) return false
  const scheme = spaces.text('prepend_scheme')
  return scheme === undefined ? spaces.flag('add_prefix_space') === true : scheme !== 'never'
}

/** The steps that change a text first. @throws Refusal where one of them is none of these */
function refuseNormalizers(tokenizer: Fields, known: ReadonlySet<string>): readonly Fields[] {
  const steps = sequence(tokenizer.raw('normalizer'), 'normalizers')
  const other = steps.find(step => !known.has(step.text('type') ?? ''))
  if (other === undefined) return steps
  throw new Refusal(
    `Its tokenizer changes text first ("${printable(other.text('type') ?? '')}"), which is not converted.`,
  )
}
