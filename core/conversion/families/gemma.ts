import type { SourceTensor } from '../checkpoint/types.ts'
import type { Fields } from '../files/json.ts'
import { f32, type Metadata, u32 } from '../gguf/format.ts'
import { Refusal } from '../refusal.ts'
import { planTensors } from './decoder.ts'
import { commonMetadata } from './metadata.ts'
import { readRope, ropeMetadata } from './rope.ts'
import { readShape, requireActivation, type Shape } from './shape.ts'
import type { Layout } from './types.ts'

const defaults = { headWidth: 256, tied: true } as const

/** Gemma, the first: one kind of layer. */
export function layoutGemma(config: Fields, tensors: ReadonlyMap<string, SourceTensor>): Layout {
  const shape = readShape(config, defaults)
  requireTied(shape)
  // The first config files say "gelu" and mean its approximation, which is what the model was trained with.
  requireActivation(config, ['gelu_pytorch_tanh', 'gelu'])
  const rope = readRope(config)
  return {
    ...common('gemma', shape),
    metadata: { ...commonMetadata('gemma', shape, shape.contextLength), ...ropeMetadata('gemma', rope) },
    tensors: planTensors(tensors, shape, {
      interleaved: false,
      normsLessOne: true,
      headNorms: false,
      postNorms: false,
      biases: 'none',
    }),
  }
}

/** Gemma 2: every second layer looks at a window; logits are capped. */
export function layoutGemma2(config: Fields, tensors: ReadonlyMap<string, SourceTensor>): Layout {
  const shape = readShape(config, defaults)
  requireTied(shape)
  requireActivation(config, ['gelu_pytorch_tanh'])
  requireScale(config, shape, 46)
  return {
    ...common('gemma2', shape),
    metadata: {
      ...commonMetadata('gemma2', shape, shape.contextLength),
      ...ropeMetadata('gemma2', readRope(config)),
      ...windowMetadata('gemma2', config, shape, 2),
      'gemma2.attn_logit_softcapping': f32(config.number('attn_logit_softcapping') ?? 50),
      'gemma2.final_logit_softcapping': f32(config.number('final_logit_softcapping') ?? 30),
    },
    tensors: planTensors(tensors, shape, {
      interleaved: false,
      normsLessOne: true,
      headNorms: false,
      postNorms: true,
      biases: 'none',
    }),
  }
}

/** Gemma 3's text part: five layers with a window and a rotation of their own to one without. */
export function layoutGemma3(config: Fields, tensors: ReadonlyMap<string, SourceTensor>): Layout {
  const shape = readShape(config, defaults)
  requireTied(shape)
  requireActivation(config, ['gelu_pytorch_tanh'])
  requireScale(config, shape, 62)
  if (config.flag('use_bidirectional_attention') === true)
    throw new Refusal('It is an embedding model that looks both ways, which is not converted.')
  if (config.has('final_logit_softcapping') || config.has('attn_logit_softcapping'))
    throw new Refusal('Its logits are capped, which models of its family do not have.')
  const each = config.object('rope_parameters')
  const full = readRope(config, each?.object('full_attention') ?? each)
  const local =
    each?.object('sliding_attention')?.number('rope_theta') ?? config.number('rope_local_base_freq')
  return {
    ...common('gemma3', shape),
    metadata: {
      ...commonMetadata('gemma3', shape, shape.contextLength),
      ...ropeMetadata('gemma3', full),
      'gemma3.rope.freq_base_swa': f32(local ?? 10_000),
      ...windowMetadata('gemma3', config, shape, 6),
    },
    tensors: planTensors(tensors, shape, {
      interleaved: false,
      normsLessOne: true,
      headNorms: true,
      postNorms: true,
      biases: 'none',
    }),
  }
}

function common(
  architecture: string,
  shape: Shape,
): Pick<Layout, 'architecture' | 'contextLength' | 'vocabulary' | 'notes'> {
  return { architecture, contextLength: shape.contextLength, vocabulary: shape.vocabulary, notes: [] }
}

function requireTied({ tied }: Shape): void {
  if (!tied) throw new Refusal('Its output weights are not its embeddings, as they are in its family.')
}

/**
 * llama.cpp knows by the family and the number of layers what scores are divided by: the root of the head's width,
 * for the largest model (of so many layers) that of the width for each head.
 */
function requireScale(config: Fields, { headWidth, width, heads, layers }: Shape, largest: number): void {
  const given = config.number('query_pre_attn_scalar') ?? 256
  const wanted = layers === largest ? Math.floor(width / heads) : headWidth
  if (given !== wanted)
    throw new Refusal(`Its attention is scaled by ${given}; a model of its family and size has ${wanted}.`)
}

/** Every `period`-th layer sees everything, the others a window. */
function windowMetadata(architecture: string, config: Fields, { layers }: Shape, usual: number): Metadata {
  const window = config.wholeIfThere('sliding_window', 1, 2 ** 31 - 1) ?? 4096
  const kinds = config.list('layer_types')
  const given = config.wholeIfThere('sliding_window_pattern', 1, 512) ?? usual
  const period = kinds === undefined ? given : periodOf(kinds, layers)
  return {
    [`${architecture}.attention.sliding_window`]: u32(window),
    ...(period !== usual && { [`${architecture}.attention.sliding_window_pattern`]: u32(period) }),
  }
}

function periodOf(kinds: readonly unknown[], layers: number): number {
  const first = kinds.indexOf('full_attention')
  const period = first < 0 ? layers + 1 : first + 1
  const isRegular =
    kinds.length === layers &&
    kinds.every((kind, index) =>
      (index + 1) % period === 0 ? kind === 'full_attention' : kind === 'sliding_attention',
    )
  if (!isRegular) throw new Refusal('Its layers with and without a window do not alternate evenly.')
  return period
}
