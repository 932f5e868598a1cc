import { type Fields, isObject } from '../files/json.ts'
import { bool, type Metadata, u32 } from '../gguf/format.ts'
import type { Vocabulary } from './types.ts'

export interface SpecialSources {
  /** tokenizer_config.json, special_tokens_map.json: tokens by their text. */
  readonly byText: readonly Fields[]
  /** config.json, generation_config.json: tokens by their number. */
  readonly byNumber: readonly Fields[]
}

/** llama.cpp's key for each role. */
const roles = { bos: 'bos', eos: 'eos', unk: 'unknown', pad: 'padding' } as const

/**
 * Which tokens begin and end a text, and whether the tokenizer adds them by itself. What ends an answer beside the end
 * token (generation_config.json lists such) goes under end of turn and end of message, so that the engine stops there.
 */
export function specialTokens(sources: SpecialSources, vocabulary: Vocabulary): Metadata {
  const ids = Object.entries(roles).flatMap(([role, key]) => {
    const id = idOf(role, sources, vocabulary)
    return id === undefined ? [] : [[key, id] as const]
  })
  const known = new Map(ids)
  const ends = furtherEnds(sources.byNumber, known.get('eos'), vocabulary)
  const [config] = sources.byText
  const isPieces = vocabulary.scores !== undefined
  const addsBos = config?.flag('add_bos_token') ?? vocabulary.addsBos ?? isPieces
  const addsEos = config?.flag('add_eos_token') ?? vocabulary.addsEos ?? false
  return {
    ...Object.fromEntries(ids.map(([key, id]) => [`tokenizer.ggml.${key}_token_id`, u32(id)])),
    ...(ends[0] !== undefined && { 'tokenizer.ggml.eot_token_id': u32(ends[0]) }),
    ...(ends[1] !== undefined && { 'tokenizer.ggml.eom_token_id': u32(ends[1]) }),
    'tokenizer.ggml.add_bos_token': bool(addsBos && known.has('bos')),
    'tokenizer.ggml.add_eos_token': bool(addsEos && known.has('eos')),
  }
}

function idOf(
  role: string,
  { byText, byNumber }: SpecialSources,
  vocabulary: Vocabulary,
): number | undefined {
  for (const fields of byText) {
    const value = fields.raw(`${role}_token`)
    const text = isObject(value) ? value.content : value
    const id = typeof text === 'string' ? vocabulary.tokens.indexOf(text) : -1
    if (id >= 0) return id
  }
  return byNumber.flatMap(fields => numbers(fields.raw(`${role}_token_id`), vocabulary))[0]
}

function furtherEnds(byNumber: readonly Fields[], eos: number | undefined, vocabulary: Vocabulary): number[] {
  const all = byNumber.flatMap(fields => numbers(fields.raw('eos_token_id'), vocabulary))
  return [...new Set(all)].filter(id => id !== eos)
}

function numbers(value: unknown, { tokens }: Vocabulary): number[] {
  return [value]
    .flat()
    .filter(
      (id): id is number => Number.isInteger(id) && (id as number) >= 0 && (id as number) < tokens.length,
    )
}
