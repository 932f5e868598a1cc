import type { SourceTensor } from '../checkpoint/types.ts'
import type { Fields } from '../files/json.ts'
import { Refusal } from '../refusal.ts'
import { planTensors, type Traits } from './decoder.ts'
import { commonMetadata } from './metadata.ts'
import { readRope, ropeFactors, ropeMetadata } from './rope.ts'
import { readShape, requireActivation } from './shape.ts'
import type { Layout, TensorPlan } from './types.ts'

const traits: Traits = {
  interleaved: true,
  normsLessOne: false,
  headNorms: false,
  postNorms: false,
  biases: 'optional',
}

/** Llama and Mistral, which llama.cpp takes for one family. */
export function layoutLlama(config: Fields, tensors: ReadonlyMap<string, SourceTensor>): Layout {
  return layout('llama', config, tensors, traits, config.wholeIfThere('sliding_window', 1, 2 ** 31 - 1))
}

/** Qwen 2 and 2.5: biases of queries, keys and values; heads turn in halves. */
export function layoutQwen2(config: Fields, tensors: ReadonlyMap<string, SourceTensor>): Layout {
  const own = { ...traits, interleaved: false, biases: 'required' } as const
  return layout('qwen2', config, tensors, own, qwenWindow(config))
}

/** Qwen 3: norms of the heads in place of biases. */
export function layoutQwen3(config: Fields, tensors: ReadonlyMap<string, SourceTensor>): Layout {
  const own = { ...traits, interleaved: false, headNorms: true, biases: 'none' } as const
  return layout('qwen3', config, tensors, own, qwenWindow(config), { headWidth: 128 })
}

function qwenWindow(config: Fields): number | undefined {
  return config.flag('use_sliding_window') === true
    ? config.wholeIfThere('sliding_window', 1, 2 ** 31 - 1)
    : undefined
}

function layout(
  architecture: string,
  config: Fields,
  tensors: ReadonlyMap<string, SourceTensor>,
  own: Traits,
  window: number | undefined,
  defaults: { readonly headWidth?: number } = {},
): Layout {
  const shape = readShape(config, { tied: false, ...defaults })
  requireActivation(config, ['silu'])
  const rope = readRope(config)
  const contextLength = Math.min(shape.contextLength, window ?? Number.POSITIVE_INFINITY)
  const plans = planTensors(tensors, shape, own)
  return {
    architecture,
    metadata: { ...commonMetadata(architecture, shape, contextLength), ...ropeMetadata(architecture, rope) },
    tensors:
      rope.scaling?.kind === 'llama3'
        ? [...plans, factors(architecture, rope.base, shape.headWidth, rope.scaling)]
        : plans,
    contextLength,
    vocabulary: shape.vocabulary,
    notes:
      contextLength < shape.contextLength
        ? [
            `It looks at the last ${window} tokens only, which llama.cpp does not do for its family; its context is therefore ${window} tokens, within which both are the same.`,
          ]
        : [],
  }
}

function factors(
  architecture: string,
  base: number,
  headWidth: number,
  scaling: Parameters<typeof ropeFactors>[2],
): TensorPlan {
  if (architecture !== 'llama')
    throw new Refusal('Its positions are scaled as Llama 3 does it, which llama.cpp does for Llama only.')
  const source = ropeFactors(base, headWidth, scaling)
  return { name: 'rope_freqs.weight', shape: source.shape, source, change: { kind: 'none' } }
}
