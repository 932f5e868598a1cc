import { Fields, isObject, type JsonObject } from '../files/json.ts'
import { Refusal } from '../refusal.ts'
import { tokenKinds, type Vocabulary } from './types.ts'

/** A token beside the trained ones. */
export interface AddedToken {
  readonly id: number
  readonly text: string
  /** Never part of a text: begins a turn, ends an answer. */
  readonly special: boolean
}

/** More than any vocabulary has. */
export const mostTokens = 2_000_000

/**
 * The added tokens, from the tokenizer's file and its config. The config wins, as it does for transformers.
 *
 * @param old `added_tokens.json`, which had their place before: number by text
 * @throws Refusal for ids that no vocabulary has
 */
export function addedTokens(tokenizer: Fields | undefined, config: Fields, old: JsonObject): AddedToken[] {
  const added = new Map<number, AddedToken>()
  for (const [text, id] of Object.entries(old)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > mostTokens) throw wrong()
    added.set(id, { id, text, special: false })
  }
  for (const entry of tokenizer?.list('added_tokens') ?? []) {
    if (!isObject(entry)) continue
    const fields = new Fields(entry, 'tokenizer.json')
    add(added, fields.whole('id', 0, mostTokens), fields)
  }
  const decoder = config.raw('added_tokens_decoder')
  for (const [id, entry] of isObject(decoder) ? Object.entries(decoder) : []) {
    if (!isObject(entry) || !/^\d{1,7}$/.test(id)) throw wrong()
    add(added, Number(id), new Fields(entry, 'tokenizer_config.json'))
  }
  return [...added.values()].sort((a, b) => a.id - b.id)
}

function add(added: Map<number, AddedToken>, id: number, fields: Fields): void {
  const text = fields.text('content')
  if (text === undefined) throw wrong()
  added.set(id, { id, text, special: fields.flag('special') ?? false })
}

/** Puts added tokens into a vocabulary, where they replace what is there. */
export function placeAdded(vocabulary: Vocabulary, added: readonly AddedToken[]): void {
  for (const { id, text, special } of added) {
    while (vocabulary.tokens.length < id) {
      vocabulary.tokens.push(undefined)
      vocabulary.kinds.push(tokenKinds.unused)
      vocabulary.scores?.push(0)
    }
    const kind = vocabulary.kinds[id]
    vocabulary.tokens[id] = text
    // What the vocabulary's own file calls unknown stays it: llama.cpp wants to know.
    if (kind !== tokenKinds.unknown)
      vocabulary.kinds[id] = special || looksSpecial(text) ? tokenKinds.control : tokenKinds.userDefined
    if (vocabulary.scores !== undefined) vocabulary.scores[id] ??= 0
  }
}

/** Qwen leaves `<|fim_prefix|>` and others without the mark; in a prompt's text they must be text nevertheless. */
function looksSpecial(text: string): boolean {
  return /^<\|[^|]+\|>$|^<｜[^｜]+｜>$/u.test(text)
}

function wrong(): Refusal {
  return new Refusal('Its list of added tokens is damaged.')
}
