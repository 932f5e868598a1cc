import { rowsOf } from './checkpoint/types.ts'
import type { TensorPlan } from './families/types.ts'
import { type Tensor, type TensorType, tensorTypes } from './gguf/format.ts'
import { encodeTensor } from './gguf/quantize.ts'
import { printable, Refusal } from './refusal.ts'

/** The types that a model's matrices can become. */
export const targets = ['F16', 'BF16', 'Q8_0'] as const satisfies readonly TensorType[]
export type Target = (typeof targets)[number]

/** Values read, changed and written at once: 4 MB of them, and several times that while they change. */
const pieceValues = 1 << 20
/** Half precision holds nothing larger; a larger value would become infinite and the model mute. */
const largestF16 = 65_504

/** A planned tensor as the GGUF writer takes it. `onValues` hears how many values have gone through. */
export function streamTensor(plan: TensorPlan, target: Target, onValues: (count: number) => void): Tensor {
  const type = storedType(plan.shape, target)
  return {
    name: plan.name,
    type,
    shape: plan.shape.toReversed(),
    *data() {
      for (const values of changedPieces(plan)) {
        refuseUnfit(values, type, plan.source.name)
        yield encodeTensor(values, type)
        onValues(values.length)
      }
    },
  }
}

/**
 * Vectors (norms, biases) stay exact, as llama.cpp wants them. Rows that do not divide into blocks of Q8_0 become F16,
 * as llama.cpp's own tools do it.
 */
export function storedType(shape: readonly number[], target: Target): TensorType {
  if (shape.length < 2) return 'F32'
  return (shape.at(-1) as number) % tensorTypes[target].block === 0 ? target : 'F16'
}

/** The values after their change, piece by piece; of a head whose rows change their order always the whole. */
function* changedPieces({ shape, source, change }: TensorPlan): Generator<Float32Array> {
  const isVector = shape.length === 1
  const { rows, width } = isVector ? { rows: 1, width: shape[0] as number } : rowsOf(shape)
  const unit = change.kind === 'interleave' && !isVector ? change.headWidth : 1
  const most = Math.max(1, Math.floor(pieceValues / width / unit)) * unit
  for (let first = 0; first < rows; first += most) {
    const values = source.rows(first, Math.min(most, rows - first))
    if (change.kind === 'plus-one') yield values.map(value => value + 1)
    else if (change.kind === 'interleave') yield interleaved(values, isVector ? 1 : width, change.headWidth)
    else yield values
  }
}

/**
 * Hugging Face's Llama turns value i of a head together with value i + half; llama.cpp's turns neighbours. So that the
 * same numbers meet, row i of the first half goes to row 2i, its partner of the second half to row 2i + 1.
 */
function interleaved(values: Float32Array, width: number, headWidth: number): Float32Array {
  const changed = new Float32Array(values.length)
  const half = headWidth / 2
  const rows = values.length / width
  for (let row = 0; row < rows; row++) {
    const inHead = row % headWidth
    const to = row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1)
    changed.set(values.subarray(row * width, (row + 1) * width), to * width)
  }
  return changed
}

function refuseUnfit(values: Float32Array, type: TensorType, name: string): void {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!)
    // False for NaN and infinity.
    if (!(size <= Number.MAX_VALUE))
      throw new Refusal(
        `Its tensor "${printable(name)}" holds values that are no numbers: the model is broken.`,
      )
    if (size > largest) largest = size
  }
  const asF16 = type === 'F16' ? largest : type === 'Q8_0' ? largest / 127 : 0
  if (asF16 > largestF16)
    throw new Refusal(
      `Its tensor "${printable(name)}" holds ${largest.toPrecision(3)}, which ${type} cannot hold. Convert to BF16.`,
    )
}
