import type { ForeignModel } from '../../contract/conversions.ts'
import type { Checkpoint } from '../checkpoint/types.ts'
import type { Fields } from '../files/json.ts'

/** What a description has before anything is known. */
export function unknownModel(
  format: ForeignModel['format'],
  path: string,
  name: string,
  bytes: number,
  reason: string,
): ForeignModel {
  return {
    format,
    path,
    name,
    architecture: null,
    parameters: null,
    dtype: null,
    contextLength: null,
    bytes,
    conversion: { possible: false, reason },
  }
}

/** Weights in all tensors, and how most of them are stored. */
export function weights({
  tensors,
}: Pick<Checkpoint, 'tensors'>): Pick<ForeignModel, 'parameters' | 'dtype'> {
  const byType = new Map<string, number>()
  for (const { shape, dtype } of tensors.values()) {
    const values = shape.reduce((product, each) => product * each, 1)
    byType.set(dtype, (byType.get(dtype) ?? 0) + values)
  }
  const [commonest] = [...byType].sort((a, b) => b[1] - a[1])
  const parameters = [...byType.values()].reduce((sum, values) => sum + values, 0)
  return { parameters, dtype: commonest?.[0] ?? null }
}

/** Tokens that the model was trained for, wherever its config says it. */
export function contextLength(config: Fields): number | null {
  const most = 2 ** 31 - 1
  const own = config.wholeIfThere('max_position_embeddings', 1, most)
  return own ?? config.object('text_config')?.wholeIfThere('max_position_embeddings', 1, most) ?? null
}
