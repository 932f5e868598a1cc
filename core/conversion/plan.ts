import { isFloat } from './checkpoint/floats.ts'
import type { Checkpoint } from './checkpoint/types.ts'
import { layOut } from './families/families.ts'
import type { Layout } from './families/types.ts'
import type { ModelFolder } from './files/folder.ts'
import { Fields, readJson } from './files/json.ts'
import { fileTypeIds, gguf, type Metadata, string, type Tensor, tensorBytes, u32 } from './gguf/format.ts'
import { encodeHeader, paddingOf } from './gguf/header.ts'
import { Refusal } from './refusal.ts'
import { storedType, streamTensor, type Target, targets } from './stream.ts'
import { tokenizerMetadata } from './tokenizer/tokenizer.ts'

/** Everything that a conversion does, decided before the first weight is read. */
export interface Plan {
  readonly layout: Layout
  /** Values in all tensors. */
  readonly values: number
  metadata(target: Target, name: string): Metadata
  tensors(target: Target, onValues: (count: number) => void): Tensor[]
  /** Size of the file, for each type. */
  readonly bytes: Readonly<Record<Target, number>>
}

export function readConfig(folder: ModelFolder): Fields {
  return new Fields(readJson(folder, 'config.json'), 'config.json')
}

/** @throws Refusal saying why the model is not converted */
export function planConversion(folder: ModelFolder, config: Fields, checkpoint: Checkpoint): Plan {
  const layout = layOut(config, checkpoint.tensors)
  for (const { source } of layout.tensors)
    if (!isConvertible(source.dtype))
      throw new Refusal(`Its weights are ${source.dtype}; F32, F16 and BF16 are converted.`)
  const text = tokenizerMetadata(folder, config, layout.vocabulary)
  const metadata = (target: Target, name: string): Metadata => ({
    'general.architecture': string(layout.architecture),
    'general.type': string('model'),
    'general.name': string(name),
    'general.file_type': u32(fileTypeIds[target]),
    'general.quantization_version': u32(2),
    ...layout.metadata,
    ...text,
  })
  const tensors = (target: Target, onValues: (count: number) => void) =>
    layout.tensors.map(plan => streamTensor(plan, target, onValues))
  const values = layout.tensors.reduce((sum, { shape }) => sum + product(shape), 0)
  return { layout, values, metadata, tensors, bytes: sizes(layout, metadata) }
}

/** MLX's packed tensors say themselves what they are. */
function isConvertible(dtype: string): boolean {
  return isFloat(dtype) || dtype.includes('-bit in groups of ')
}

/** The header does not depend on the type, and is some megabytes for a large vocabulary: made once. */
function sizes(layout: Layout, metadata: (target: Target, name: string) => Metadata): Plan['bytes'] {
  const header = encodeHeader(
    metadata('F16', ''),
    layout.tensors.map(plan => streamTensor(plan, 'F16', () => {})),
  )
  const of = (target: Target) =>
    layout.tensors.reduce((sum, { name, shape }) => {
      const bytes = tensorBytes({ name, shape: shape.toReversed(), type: storedType(shape, target) })
      return sum + bytes + paddingOf(bytes, gguf.defaultAlignment)
    }, header.bytes.length)
  return Object.fromEntries(targets.map(target => [target, of(target)])) as Plan['bytes']
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, each) => all * each, 1)
}
