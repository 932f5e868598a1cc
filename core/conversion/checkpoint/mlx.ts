import { Fields, isObject } from '../files/json.ts'
import { printable, Refusal } from '../refusal.ts'
import type { StoredTensor } from './safetensors.ts'
import { rowsOf, type SourceTensor } from './types.ts'

/** How the values of a packed tensor are packed. */
interface Packing {
  readonly bits: number
  readonly group: number
}

/** What of the config says that weights are packed as MLX does it; undefined where nothing does. */
export function mlxQuantization(config: Fields): Fields | undefined {
  const own = config.object('quantization')
  if (own !== undefined) return own
  const other = config.object('quantization_config')
  return other?.has('bits') && other.has('group_size') && !other.has('quant_method') ? other : undefined
}

/**
 * Unpacks MLX's affine quantisation: `X.weight` holds unsigned numbers of few bits, the first in the lowest bits of
 * each 32-bit word; each group of a row has a scale and a bias in `X.scales` and `X.biases`, and a value is
 * `scale · number + bias`. Tensors that are not packed pass through.
 * See https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html
 *
 * @throws Refusal for other modes and widths, and where the three do not fit together
 */
export function unpackMlx(tensors: readonly StoredTensor[], quantization: Fields): SourceTensor[] {
  const mode = quantization.text('mode') ?? 'affine'
  if (mode !== 'affine')
    throw new Refusal(`Its weights are packed in the mode "${printable(mode)}"; only "affine" is converted.`)
  const byName = new Map(tensors.map(tensor => [tensor.name, tensor]))
  return tensors.flatMap((tensor): SourceTensor[] => {
    if (/\.(scales|biases)$/.test(tensor.name) && byName.has(tensor.name.replace(/\w+$/, 'weight'))) return []
    const stem = tensor.name.replace(/\.weight$/, '')
    const scales = byName.get(`${stem}.scales`)
    const biases = byName.get(`${stem}.biases`)
    if (scales === undefined || stem === tensor.name) return [tensor]
    if (biases === undefined) throw new Refusal(`"${printable(stem)}" has scales and no biases.`)
    return [unpacked(tensor, scales, biases, packingOf(stem, quantization))]
  })
}

/** One for all, or one of its own. */
function packingOf(stem: string, quantization: Fields): Packing {
  const own = quantization.raw(stem)
  const fields = isObject(own) ? new Fields(own, 'config.json') : quantization
  return {
    bits: fields.whole('bits', 1, 32),
    group: fields.whole('group_size', 1, 4096),
  }
}

function unpacked(
  packed: StoredTensor,
  scales: StoredTensor,
  biases: StoredTensor,
  { bits, group }: Packing,
): SourceTensor {
  const { name } = packed
  if (bits !== 4 && bits !== 8)
    throw new Refusal(`Its weights are packed into ${bits} bits; 4 and 8 bits are converted.`)
  const words = rowsOf(packed.shape)
  const groups = rowsOf(scales.shape)
  const perWord = 32 / bits
  const width = words.width * perWord
  const fits =
    packed.dtype === 'U32' &&
    packed.shape.length === 2 &&
    groups.rows === words.rows &&
    groups.width * group === width &&
    biases.shape.join() === scales.shape.join()
  if (!fits)
    throw new Refusal(
      `"${printable(name)}" does not fit its scales and biases at ${bits} bits in groups of ${group}.`,
    )
  return {
    name,
    shape: [words.rows, width],
    dtype: `${bits}-bit in groups of ${group}`,
    rows(first, count) {
      const numbers = new Uint8Array(count * words.width * 4)
      packed.file.readInto(numbers, packed.position + first * words.width * 4)
      return dequantize(numbers, scales.rows(first, count), biases.rows(first, count), { bits, group })
    },
  }
}

/** The lowest bits first, within a word and so within its bytes, which lie the same way. */
function dequantize(
  bytes: Uint8Array,
  scales: Float32Array,
  biases: Float32Array,
  { bits, group }: Packing,
): Float32Array {
  const values = new Float32Array((bytes.length * 8) / bits)
  for (let start = 0, index = 0; start < values.length; start += group, index++) {
    const scale = scales[index]!
    const bias = biases[index]!
    for (let i = start; i < start + group; i++) {
      const number = bits === 8 ? bytes[i]! : (bytes[i >>> 1]! >>> ((i & 1) * 4)) & 15
      values[i] = scale * number + bias
    }
  }
  return values
}
