import type { Fields } from '../files/json.ts'
import { printable, Refusal } from '../refusal.ts'

/** The numbers that every decoder of these families has, from its config.json. */
export interface Shape {
  readonly layers: number
  readonly width: number
  readonly inner: number
  readonly heads: number
  readonly kvHeads: number
  readonly headWidth: number
  readonly vocabulary: number
  /** Tokens it was trained for. */
  readonly contextLength: number
  readonly epsilon: number
  /** The output weights are the embeddings. */
  readonly tied: boolean
}

/** What a family's own code takes where config.json is silent. */
export interface ShapeDefaults {
  readonly headWidth?: number
  readonly tied: boolean
}

const most = 1 << 24

/** @throws Refusal where a number is missing or none that a model can have */
export function readShape(config: Fields, defaults: ShapeDefaults): Shape {
  const width = config.whole('hidden_size', 1, most)
  const heads = config.whole('num_attention_heads', 1, 65_536)
  const kvHeads = config.wholeIfThere('num_key_value_heads', 1, heads) ?? heads
  if (heads % kvHeads !== 0)
    throw new Refusal(`${heads} heads cannot share ${kvHeads} key-value heads evenly.`)
  const headWidth = config.wholeIfThere('head_dim', 2, 65_536) ?? defaults.headWidth ?? width / heads
  if (!Number.isInteger(headWidth) || headWidth % 2 !== 0)
    throw new Refusal(`Its heads are ${headWidth} values wide, which cannot be rotated.`)
  const epsilon = config.number('rms_norm_eps') ?? 1e-6
  return {
    layers: config.whole('num_hidden_layers', 1, 512),
    width,
    inner: config.whole('intermediate_size', 1, most),
    heads,
    kvHeads,
    headWidth,
    vocabulary: config.whole('vocab_size', 1, most),
    contextLength: config.whole('max_position_embeddings', 1, 2 ** 31 - 1),
    epsilon,
    tied: config.flag('tie_word_embeddings') ?? defaults.tied,
  }
}

/** @throws Refusal where the feed-forward's function is another one than the family's */
export function requireActivation(config: Fields, wanted: readonly string[]): void {
  const given = config.text('hidden_activation') ?? config.text('hidden_act') ?? wanted[0] ?? ''
  if (!wanted.includes(given))
    throw new Refusal(`Its feed-forward uses "${printable(given)}"; models of its family use ${wanted[0]}.`)
}
