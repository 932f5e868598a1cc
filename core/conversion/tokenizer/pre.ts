import { Fields, isObject } from '../files/json.ts'
import { printable, Refusal } from '../refusal.ts'

/**
 * How text is cut into words before pairs are joined, by the pattern in tokenizer.json, and llama.cpp's name for it.
 * `wholeWords`: a word that is a token is taken as it is, which llama.cpp knows by the name as well.
 */
const byPattern: readonly {
  readonly pattern: string
  readonly name: string
  readonly wholeWords: boolean
}[] = [
  {
    pattern: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    name: 'llama-bpe',
    wholeWords: true,
  },
  {
    pattern: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    name: 'smaug-bpe',
    wholeWords: false,
  },
  {
    pattern: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    name: 'qwen2',
    wholeWords: false,
  },
  {
    pattern: String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    name: 'tekken',
    wholeWords: true,
  },
]

/**
 * llama.cpp's name for the way a byte-level tokenizer cuts text into words. A wrong name would give wrong tokens for
 * some texts only, so that nobody would notice: what is not known for sure is refused.
 *
 * @param model `model` of tokenizer.json
 * @throws Refusal
 */
export function preTokenizerName(tokenizer: Fields, model: Fields): string {
  const steps = sequence(tokenizer.raw('pre_tokenizer'), 'pretokenizers')
  const kinds = steps.map(step => step.text('type') ?? '')
  const wholeWords = model.flag('ignore_merges') ?? false
  const [first] = steps
  if (kinds.join() === 'Split,ByteLevel' && first !== undefined && cutsAlone(first, steps[1])) {
    const pattern = first.object('pattern')?.text('Regex')
    const known = byPattern.find(each => each.pattern === pattern && each.wholeWords === wholeWords)
    if (known !== undefined) return known.name
  }
  const bytes = steps.at(-1)
  const cutsItself =
    (bytes?.flag('use_regex') ?? true) && bytes?.flag('add_prefix_space') !== true && !wholeWords
  if (kinds.join() === 'ByteLevel' && cutsItself) return 'gpt-2'
  if (kinds.join() === 'Digits,ByteLevel' && first?.flag('individual_digits') === true && cutsItself)
    return 'smollm'
  throw new Refusal(
    `Its tokenizer cuts text into words in a way that is not known here (${printable(kinds.join(', ') || 'none')}).`,
  )
}

/** Whether the pattern says what a word is, and the step behind it does not cut once more. */
function cutsAlone(split: Fields, bytes: Fields | undefined): boolean {
  const behavior = split.text('behavior')
  const invert = split.flag('invert') ?? false
  const isWord = behavior === 'Isolated' ? !invert : behavior === 'Removed' && invert
  return isWord && bytes?.flag('use_regex') === false && bytes.flag('add_prefix_space') !== true
}

/** One step, or the steps of a `Sequence`. */
export function sequence(value: unknown, key: string): Fields[] {
  if (!isObject(value)) return []
  const fields = new Fields(value, 'tokenizer.json')
  if (fields.text('type') !== 'Sequence') return [fields]
  return (fields.list(key) ?? []).flatMap(each =>
    isObject(each) ? [new Fields(each, 'tokenizer.json')] : [],
  )
}
