import { isObject, parseObject } from '../files/json.ts'
import type { OpenFile } from '../files/open-file.ts'
import { printable, Refusal } from '../refusal.ts'
import { dtypeBytes, readFloats } from './floats.ts'
import { rowsOf, type SourceTensor } from './types.ts'

/** As the format itself has it. */
const mostHeaderBytes = 100_000_000
const mostTensors = 65_536
const mostDimensions = 8

/** Where a tensor lies in its file, for those who read packed values themselves. */
export interface StoredTensor extends SourceTensor {
  readonly file: OpenFile
  readonly position: number
}

export interface Safetensors {
  readonly tensors: readonly StoredTensor[]
  /** Free texts of the writer; `format` names it: `pt`, `mlx`. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/**
 * Reads a SafeTensors file's header: 8 bytes of length, JSON, data. Nothing in it is trusted: every offset is held
 * against shape, type and file before it is used.
 * See https://github.com/huggingface/safetensors#format
 *
 * @throws Refusal
 */
export function readSafetensors(file: OpenFile): Safetensors {
  if (file.size < 8)
    throw new Refusal(`"${file.name}" is no SafeTensors file: it has only ${file.size} bytes.`)
  const length = file.read(0, 8).readBigUInt64LE()
  if (length > BigInt(Math.min(mostHeaderBytes, file.size - 8)))
    throw new Refusal(
      `"${file.name}" claims a header of ${length} bytes, and has ${file.size} in all: it is cut off or no SafeTensors file.`,
    )
  const header = parseObject(file.read(8, Number(length)), file.name)
  const dataStart = 8 + Number(length)
  const { __metadata__: metadata, ...entries } = header
  const names = Object.keys(entries)
  if (names.length > mostTensors)
    throw new Refusal(`"${file.name}" claims ${names.length} tensors; at most ${mostTensors} are read.`)
  const tensors = names.map(name => readEntry(file, name, entries[name], dataStart))
  refuseOverlaps(tensors, file.name)
  return { tensors, metadata: isObject(metadata) ? metadata : {} }
}

function readEntry(file: OpenFile, name: string, entry: unknown, dataStart: number): StoredTensor {
  const what = `The tensor "${printable(name)}" in "${file.name}"`
  if (!isObject(entry)) throw new Refusal(`${what} is not described.`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !isWholes(shape) || !isWholes(offsets) || offsets.length !== 2)
    throw new Refusal(`${what} is described wrongly.`)
  const size = dtypeBytes[dtype]
  if (size === undefined) throw new Refusal(`${what} has the unknown type "${printable(dtype)}".`)
  if (shape.length > mostDimensions) throw new Refusal(`${what} has ${shape.length} dimensions.`)
  const bytes = shape.reduce((product, each) => product * each, size)
  const [from, to] = offsets as [number, number]
  if (!Number.isSafeInteger(bytes) || to - from !== bytes)
    throw new Refusal(`${what} needs ${bytes} bytes by its shape, and has ${to - from}.`)
  if (dataStart + to > file.size)
    throw new Refusal(`${what} ends behind the end of the file: it is cut off. Fetch it again.`)
  const position = dataStart + from
  const { width } = rowsOf(shape)
  return {
    name,
    shape,
    dtype,
    file,
    position,
    rows: (first, count) => readFloats(file, position + first * width * size, count * width, dtype),
  }
}

function refuseOverlaps(tensors: readonly StoredTensor[], name: string): void {
  let end = 0
  for (const tensor of tensors.toSorted((a, b) => a.position - b.position)) {
    const bytes = tensor.shape.reduce((product, each) => product * each, dtypeBytes[tensor.dtype] ?? 0)
    if (tensor.position < end && bytes > 0)
      throw new Refusal(`In "${name}" the tensor "${printable(tensor.name)}" lies over another one.`)
    end = Math.max(end, tensor.position + bytes)
  }
}

function isWholes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(each => Number.isSafeInteger(each) && each >= 0)
}
