import type { SourceTensor } from '../checkpoint/types.ts'
import type { Fields } from '../files/json.ts'
import { f32, type Metadata, string } from '../gguf/format.ts'
import { printable, Refusal } from '../refusal.ts'

/** How positions turn the heads. */
export interface Rope {
  readonly base: number
  /** How the trained range is stretched; null where it is not. */
  readonly scaling: LinearScaling | Llama3Scaling | null
}

interface LinearScaling {
  readonly kind: 'linear'
  readonly factor: number
}

interface Llama3Scaling {
  readonly kind: 'llama3'
  readonly factor: number
  readonly lowFactor: number
  readonly highFactor: number
  readonly trained: number
}

/**
 * Reads `rope_theta` and `rope_scaling`, or `rope_parameters`, which newer configs have in their place.
 *
 * @param parameters where newer configs keep one for each kind of layer: that one
 * @throws Refusal for ways of scaling that are not converted
 */
export function readRope(config: Fields, parameters = config.object('rope_parameters')): Rope {
  if ((config.number('partial_rotary_factor') ?? 1) !== 1)
    throw new Refusal('It turns only a part of each head by the position, which is not converted.')
  const base = parameters?.number('rope_theta') ?? config.number('rope_theta') ?? 10_000
  const scaling = parameters ?? config.object('rope_scaling')
  return { base, scaling: scaling === undefined ? null : readScaling(scaling) }
}

function readScaling(scaling: Fields): Rope['scaling'] {
  const kind = scaling.text('rope_type') ?? scaling.text('type') ?? 'default'
  const positive = (key: string): number => {
    const value = scaling.number(key)
    if (value === undefined || value <= 0)
      throw new Refusal(`The scaling of its positions does not say "${key}".`)
    return value
  }
  switch (kind) {
    case 'default':
      return null
    case 'linear':
      return { kind, factor: positive('factor') }
    case 'llama3':
      return {
        kind,
        factor: positive('factor'),
        lowFactor: positive('low_freq_factor'),
        highFactor: positive('high_freq_factor'),
        trained: positive('original_max_position_embeddings'),
      }
    default:
      throw new Refusal(
        `Its positions are scaled by "${printable(kind)}", which is not converted; linear and llama3 are.`,
      )
  }
}

export function ropeMetadata(architecture: string, { base, scaling }: Rope): Metadata {
  return {
    [`${architecture}.rope.freq_base`]: f32(base),
    ...(scaling?.kind === 'linear' && {
      [`${architecture}.rope.scaling.type`]: string('linear'),
      [`${architecture}.rope.scaling.factor`]: f32(scaling.factor),
    }),
  }
}

/**
 * Llama 3.1's scaling as llama.cpp takes it: what each frequency is divided by. Wave lengths well within the trained
 * range stay, long ones are divided by the whole factor, those between by something between.
 * See https://github.com/huggingface/transformers/blob/main/src/transformers/modeling_rope_utils.py
 */
export function ropeFactors(base: number, headWidth: number, scaling: Llama3Scaling): SourceTensor {
  const { factor, lowFactor, highFactor, trained } = scaling
  const factors = Float32Array.from({ length: headWidth / 2 }, (_, index) => {
    const waveLength = 2 * Math.PI * base ** ((2 * index) / headWidth)
    if (waveLength < trained / highFactor) return 1
    if (waveLength > trained / lowFactor) return factor
    const smooth = (trained / waveLength - lowFactor) / (highFactor - lowFactor)
    return 1 / ((1 - smooth) / factor + smooth)
  })
  return { name: 'rope factors', shape: [factors.length], dtype: 'F32', rows: () => factors }
}
