import { type Tensor, type TensorType, tensorTypes } from '../../core/conversion/gguf/format.ts'
import { encodeTensor, toF16 } from '../../core/conversion/gguf/quantize.ts'
import { Random } from './random.ts'

const pieceValues = 1 << 16

export interface RandomOptions {
  readonly seed: number
  readonly type: TensorType
  /** Standard deviation of the values; by default such that a product keeps its input's size. */
  readonly deviation?: number
  /** Rows that are all zero. */
  readonly zeroRows?: ReadonlySet<number>
}

/** A matrix of random values, evenly spread around zero; the same for the same seed and name. */
export function randomMatrix(name: string, columns: number, rows: number, options: RandomOptions): Tensor {
  const { seed, type, deviation = 1 / Math.sqrt(columns), zeroRows } = options
  return {
    name,
    type,
    shape: [columns, rows],
    *data() {
      const random = new Random(seed, name)
      const perPiece = Math.max(1, Math.floor(pieceValues / columns))
      for (let row = 0; row < rows; row += perPiece) {
        const count = Math.min(perPiece, rows - row)
        const zeros = zeroRows ? Array.from({ length: count }, (_, i) => zeroRows.has(row + i)) : []
        yield type === 'Q8_0'
          ? q8Rows(random, columns, count, deviation, zeros)
          : encodeTensor(floatRows(random, columns, count, deviation, zeros), type)
      }
    },
  }
}

function floatRows(
  random: Random,
  columns: number,
  rows: number,
  deviation: number,
  zeros: readonly boolean[],
) {
  const width = deviation * Math.sqrt(12)
  const values = new Float32Array(columns * rows)
  for (let i = 0; i < values.length; i++) values[i] = (random.next() - 0.5) * width
  for (const [row, zero] of zeros.entries()) if (zero) values.fill(0, row * columns, (row + 1) * columns)
  return values
}

/** Straight to blocks without the way through floats: 135M parameters take a second instead of ten. */
function q8Rows(random: Random, columns: number, rows: number, deviation: number, zeros: readonly boolean[]) {
  const { block, bytes } = tensorTypes.Q8_0
  const scale = toF16((deviation * Math.sqrt(12)) / 255)
  const rowBytes = (columns / block) * bytes
  const encoded = Buffer.alloc(rows * rowBytes)
  for (let at = 0; at < encoded.length; at += bytes) {
    encoded.writeUInt16LE(scale, at)
    for (let i = 2; i < bytes; i += 4) encoded.writeUInt32LE(random.u32(), at + i)
  }
  for (const [row, zero] of zeros.entries()) if (zero) encoded.fill(0, row * rowBytes, (row + 1) * rowBytes)
  return encoded
}

/** A vector with one value everywhere, as norms and biases begin. Always F32, as llama.cpp wants it. */
export function constantVector(name: string, length: number, value: number): Tensor {
  return {
    name,
    type: 'F32',
    shape: [length],
    data: () => [encodeTensor(new Float32Array(length).fill(value), 'F32')],
  }
}
