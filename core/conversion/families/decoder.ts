import type { SourceTensor } from '../checkpoint/types.ts'
import { printable, Refusal } from '../refusal.ts'
import type { Shape } from './shape.ts'
import type { Change, TensorPlan } from './types.ts'

/** How a family's decoder differs from the plainest one. */
export interface Traits {
  /** Heads are turned in neighbouring pairs (llama.cpp's Llama), so that rows must change their order. */
  readonly interleaved: boolean
  /** Norms' weights are stored less one. */
  readonly normsLessOne: boolean
  /** Norms of each query and key head. */
  readonly headNorms: boolean
  /** Norms behind attention and feed-forward as well as before. */
  readonly postNorms: boolean
  /** Biases of queries, keys and values, and whether they must be there. */
  readonly biases: 'none' | 'optional' | 'required'
}

interface Wanted {
  readonly from: string
  readonly to: string
  readonly shape: readonly number[]
  readonly change: Change
  readonly optional: boolean
}

const none: Change = { kind: 'none' }

/**
 * Lists the tensors of a decoder of these families. Nothing is left over and nothing is missing: a tensor that no rule
 * knows means that the model is another one than its config says, and would be wrong without it.
 *
 * @throws Refusal naming the tensor
 */
export function planTensors(
  tensors: ReadonlyMap<string, SourceTensor>,
  shape: Shape,
  traits: Traits,
): TensorPlan[] {
  const left = new Set([...tensors.keys()].filter(name => !isBuffer(name)))
  const plans: TensorPlan[] = []
  for (const { from, to, optional, ...wanted } of wantedTensors(shape, traits)) {
    left.delete(from)
    const source = tensors.get(from)
    if (source === undefined) {
      if (optional) continue
      throw new Refusal(`Its tensor "${from}" is missing. Fetch the model again.`)
    }
    if (source.shape.join() !== wanted.shape.join())
      throw new Refusal(
        `Its tensor "${from}" has the shape [${source.shape.join(', ')}]; by config.json it should be [${wanted.shape.join(', ')}].`,
      )
    plans.push({ name: to, source, ...wanted })
  }
  // Tied output weights are the embeddings once more.
  if (shape.tied) left.delete('lm_head.weight')
  const [unknown] = left
  if (unknown !== undefined)
    throw new Refusal(
      `It has a tensor "${printable(unknown)}" (and ${left.size - 1} more) that its family does not have.`,
    )
  return plans
}

/** Written by old versions, and computed anew by everybody. */
function isBuffer(name: string): boolean {
  return /\.(rotary_emb\.inv_freq|masked_bias)$/.test(name)
}

function wantedTensors(shape: Shape, traits: Traits): Wanted[] {
  const { layers, width, vocabulary, tied } = shape
  const norm: Change = traits.normsLessOne ? { kind: 'plus-one' } : none
  const wanted = (from: string, to: string, dimensions: number[], change = none): Wanted => ({
    from,
    to,
    shape: dimensions,
    change,
    optional: false,
  })
  return [
    wanted('model.embed_tokens.weight', 'token_embd.weight', [vocabulary, width]),
    ...Array.from({ length: layers }, (_, index) => layerTensors(index, shape, traits, wanted)).flat(),
    wanted('model.norm.weight', 'output_norm.weight', [width], norm),
    ...(tied ? [] : [wanted('lm_head.weight', 'output.weight', [vocabulary, width])]),
  ]
}

function layerTensors(
  index: number,
  { width, inner, heads, kvHeads, headWidth }: Shape,
  traits: Traits,
  wanted: (from: string, to: string, shape: number[], change?: Change) => Wanted,
): Wanted[] {
  const norm: Change = traits.normsLessOne ? { kind: 'plus-one' } : none
  const turned: Change = traits.interleaved ? { kind: 'interleave', headWidth } : none
  const queries = heads * headWidth
  const keys = kvHeads * headWidth
  const one = (from: string, to: string, shape: number[], change = none) =>
    wanted(`model.layers.${index}.${from}.weight`, `blk.${index}.${to}.weight`, shape, change)
  const bias = (from: string, to: string, length: number, change = none): Wanted => ({
    ...wanted(`model.layers.${index}.${from}.bias`, `blk.${index}.${to}.bias`, [length], change),
    optional: traits.biases === 'optional',
  })
  return [
    one('input_layernorm', 'attn_norm', [width], norm),
    one('self_attn.q_proj', 'attn_q', [queries, width], turned),
    one('self_attn.k_proj', 'attn_k', [keys, width], turned),
    one('self_attn.v_proj', 'attn_v', [keys, width]),
    one('self_attn.o_proj', 'attn_output', [width, queries]),
    ...(traits.biases === 'none'
      ? []
      : [
          bias('self_attn.q_proj', 'attn_q', queries, turned),
          bias('self_attn.k_proj', 'attn_k', keys, turned),
          bias('self_attn.v_proj', 'attn_v', keys),
        ]),
    ...(traits.headNorms
      ? [
          one('self_attn.q_norm', 'attn_q_norm', [headWidth], norm),
          one('self_attn.k_norm', 'attn_k_norm', [headWidth], norm),
        ]
      : []),
    ...(traits.postNorms
      ? [
          one('post_attention_layernorm', 'post_attention_norm', [width], norm),
          one('pre_feedforward_layernorm', 'ffn_norm', [width], norm),
          one('post_feedforward_layernorm', 'post_ffw_norm', [width], norm),
        ]
      : [one('post_attention_layernorm', 'ffn_norm', [width], norm)]),
    one('mlp.gate_proj', 'ffn_gate', [inner, width]),
    one('mlp.up_proj', 'ffn_up', [inner, width]),
    one('mlp.down_proj', 'ffn_down', [width, inner]),
  ]
}
