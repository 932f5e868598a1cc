import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointPickle } from './pickle.testing.ts'
import { type Dtype, encoded, type Weights } from './weights.testing.ts'
import { storedZip } from './zip.testing.ts'

type All = ReadonlyMap<string, Weights>

interface Packed {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** One file, or several with an index. */
export function writeSafetensors(folder: string, weights: All, dtype: Dtype, shards = 1): void {
  const packed = new Map(
    [...weights].map(([name, { shape, values }]) => [name, { dtype, shape, bytes: encoded(values, dtype) }]),
  )
  if (shards === 1) {
    writeFileSync(join(folder, 'model.safetensors'), safetensors(packed, { format: 'pt' }))
    return
  }
  const entries = [...packed]
  const map: Record<string, string> = {}
  for (let shard = 0; shard < shards; shard++) {
    const number = (value: number) => String(value).padStart(5, '0')
    const file = `model-${number(shard + 1)}-of-${number(shards)}.safetensors`
    const mine = entries.filter((_, index) => index % shards === shard)
    for (const [name] of mine) map[name] = file
    writeFileSync(join(folder, file), safetensors(new Map(mine), { format: 'pt' }))
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
}

/** The bytes of a SafeTensors file. */
export function safetensors(tensors: ReadonlyMap<string, Packed>, metadata: object = {}): Buffer {
  let offset = 0
  const entries = [...tensors].map(([name, { dtype, shape, bytes }]) => {
    const from = offset
    offset += bytes.length
    return [name, { dtype, shape, data_offsets: [from, offset] }]
  })
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }))
  return withHeader(
    header,
    [...tensors.values()].map(({ bytes }) => bytes),
  )
}

/** Header length, header, data: also for headers that are made to harm. */
export function withHeader(header: Uint8Array, data: readonly Uint8Array[] = []): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, ...data])
}

/**
 * MLX's affine quantisation of every matrix, by its definition: `scale · number + bias` for each group.
 *
 * @param others matrices with bits of their own
 * @returns the weights as they are after packing: what the model now is
 */
export function writeMlx(
  folder: string,
  weights: All,
  usual: 4 | 8,
  group: number,
  others: Readonly<Record<string, 4 | 8>> = {},
): Map<string, Weights> {
  const packed = new Map<string, Packed>()
  const become = new Map<string, Weights>()
  for (const [name, tensor] of weights) {
    if (tensor.shape.length < 2) {
      packed.set(name, { dtype: 'F16', shape: tensor.shape, bytes: encoded(tensor.values, 'F16') })
      become.set(name, tensor)
      continue
    }
    const stem = name.replace(/\.weight$/, '')
    const bits = others[stem] ?? usual
    const { words, scales, biases, values } = quantized(tensor.values, bits, group)
    const [rows = 0, columns = 0] = tensor.shape
    const groups = [rows, columns / group]
    packed.set(name, {
      dtype: 'U32',
      shape: [rows, (columns * bits) / 32],
      bytes: new Uint8Array(words.buffer),
    })
    packed.set(`${stem}.scales`, { dtype: 'F16', shape: groups, bytes: encoded(scales, 'F16') })
    packed.set(`${stem}.biases`, { dtype: 'F16', shape: groups, bytes: encoded(biases, 'F16') })
    become.set(name, { shape: tensor.shape, values })
  }
  writeFileSync(join(folder, 'model.safetensors'), safetensors(packed, { format: 'mlx' }))
  return become
}

function quantized(values: Float32Array, bits: number, group: number) {
  const levels = 2 ** bits - 1
  const words = new Uint32Array((values.length * bits) / 32)
  const groups = values.length / group
  const scales = new Float32Array(groups)
  const biases = new Float32Array(groups)
  const become = new Float32Array(values.length)
  for (let index = 0; index < groups; index++) {
    const part = values.subarray(index * group, (index + 1) * group)
    const low = Math.min(...part)
    const scale = Math.fround(new Float16Array([(Math.max(...part) - low) / levels])[0]!)
    const bias = new Float16Array([low])[0]!
    scales[index] = scale
    biases[index] = bias
    for (const [inside, value] of part.entries()) {
      const number = Math.max(0, Math.min(levels, Math.round((value - bias) / scale)))
      const at = index * group + inside
      const bit = at * bits
      // Multiplied, not shifted: the highest bits of a word are no sign.
      words[Math.floor(bit / 32)]! += number * 2 ** (bit % 32)
      become[at] = scale * number + bias
    }
  }
  return { words, scales, biases, values: become }
}

/** A checkpoint as `torch.save` writes it since PyTorch 1.6. */
export function writePytorch(folder: string, weights: All, dtype: Dtype, file = 'pytorch_model.bin'): void {
  const entries = [...weights]
  const members = new Map<string, Uint8Array>([
    [
      'archive/data.pkl',
      checkpointPickle(
        entries.map(([name, { shape }]) => ({ name, shape })),
        dtype,
      ),
    ],
    ['archive/byteorder', Buffer.from('little')],
    ...entries.map(([, { values }], index): [string, Uint8Array] => [
      `archive/data/${index}`,
      encoded(values, dtype),
    ]),
    ['archive/version', Buffer.from('3\n')],
  ])
  writeFileSync(join(folder, file), storedZip(members))
}
