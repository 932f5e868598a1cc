import type { ModelFolder } from '../files/folder.ts'
import type { Fields } from '../files/json.ts'
import { printable, Refusal } from '../refusal.ts'
import { mlxQuantization, unpackMlx } from './mlx.ts'
import { readPytorch } from './pytorch.ts'
import { readSafetensors } from './safetensors.ts'
import { weightFiles } from './shards.ts'
import type { Checkpoint, SourceTensor } from './types.ts'

/** A file of weights that may be named in an index, and no other: `consolidated…` repeats them in another layout. */
const safetensorsName = /^(?!\.|adapter|consolidated)[\w.-]+\.safetensors$/
const pytorchName = /^pytorch_model(-\d{5}-of-\d{5})?\.bin$/

/** The weights in a folder; undefined where there are none. Reads descriptions, no weights. @throws Refusal */
export function openCheckpoint(folder: ModelFolder, config: Fields): Checkpoint | undefined {
  const safetensors = weightFiles(folder, 'model.safetensors', safetensorsName)
  if (safetensors.length > 0) return openSafetensors(folder, safetensors, config)
  const pytorch = weightFiles(folder, 'pytorch_model.bin', pytorchName)
  if (pytorch.length === 0) return undefined
  return { format: 'pytorch', tensors: byName(pytorch.flatMap(name => readPytorch(folder.open(name)))) }
}

function openSafetensors(folder: ModelFolder, names: readonly string[], config: Fields): Checkpoint {
  const files = names.map(name => readSafetensors(folder.open(name)))
  const stored = files.flatMap(({ tensors }) => tensors)
  const quantization = mlxQuantization(config)
  const isMlx = quantization !== undefined || files.some(({ metadata }) => metadata.format === 'mlx')
  return {
    format: isMlx ? 'mlx' : 'safetensors',
    tensors: byName(quantization === undefined ? stored : unpackMlx(stored, quantization)),
  }
}

function byName(tensors: readonly SourceTensor[]): Map<string, SourceTensor> {
  const map = new Map<string, SourceTensor>()
  for (const tensor of tensors) {
    if (map.has(tensor.name))
      throw new Refusal(`The tensor "${printable(tensor.name)}" is in two of its files.`)
    map.set(tensor.name, tensor)
  }
  return map
}
