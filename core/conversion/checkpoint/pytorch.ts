import type { OpenFile } from '../files/open-file.ts'
import { isZip, readZip, type ZipEntry } from '../files/zip.ts'
import { printable, Refusal } from '../refusal.ts'
import { dtypeBytes, readFloats } from './floats.ts'
import { isGlobal, isReference, type PickleMap, readPickle, refusedCall } from './pickle.ts'
import { rowsOf, type SourceTensor } from './types.ts'

const mostPickleBytes = 64 * 1024 * 1024
const mostTensors = 65_536

const storageTypes: Readonly<Record<string, string>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
}

/** A tensor as the pickle has it: a window on a storage. Offset and strides count values. */
class View {
  readonly storage: readonly unknown[]
  readonly offset: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]

  constructor([storage, offset, shape, stride]: readonly unknown[]) {
    if (!isReference(storage) || !Array.isArray(storage.reference) || !isWhole(offset)) throw damaged()
    if (!Array.isArray(shape) || !shape.every(isWhole) || !Array.isArray(stride) || !stride.every(isWhole))
      throw damaged()
    this.storage = storage.reference
    this.offset = offset
    this.shape = shape
    this.stride = stride
  }
}

/** The few functions that a checkpoint's pickle calls, in our own words. */
function call(name: string, args: readonly unknown[]): unknown {
  switch (name) {
    case 'collections.OrderedDict':
      if (args.length > 0) throw damaged()
      return new Map()
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
      return new View(args)
    case 'torch._utils._rebuild_parameter':
      return args[0]
    case 'torch.Size':
      return args[0]
    default:
      throw refusedCall(name)
  }
}

/**
 * Reads a PyTorch checkpoint: an archive with a pickle that describes the tensors, and their bytes beside it. The
 * pickle is read by our own machine, which executes nothing.
 *
 * @throws Refusal
 */
export function readPytorch(file: OpenFile): SourceTensor[] {
  if (!isZip(file)) throw new Refusal(`"${file.name}" ${oldFormat(file)}`)
  const entries = readZip(file)
  const root = [...entries.keys()].find(name => /^[^/]+\/data\.pkl$/.test(name))?.replace(/data\.pkl$/, '')
  if (root === undefined) throw new Refusal(`"${file.name}" is an archive, but no PyTorch checkpoint.`)
  const pickle = entries.get(`${root}data.pkl`) as ZipEntry
  if (pickle.bytes > mostPickleBytes)
    throw new Refusal(
      `"${file.name}" describes itself in ${pickle.bytes} bytes; at most ${mostPickleBytes} are read.`,
    )
  const order = entries.get(`${root}byteorder`)
  if (order !== undefined && order.bytes === 3)
    throw new Refusal(`"${file.name}" was written on a big-endian machine.`)
  const value = readPickle(file.read(pickle.position, pickle.bytes), call)
  const state = stateOf(value, file.name)
  if (state.size > mostTensors) throw new Refusal(`"${file.name}" holds ${state.size} tensors.`)
  return [...state].flatMap(([name, view]) =>
    view instanceof View && typeof name === 'string' ? [tensorOf(name, view, file, root, entries)] : [],
  )
}

/** The dictionary of tensors; trainers put it under one more key. */
function stateOf(value: unknown, name: string): PickleMap {
  if (!(value instanceof Map)) throw new Refusal(`"${name}" holds no dictionary of tensors.`)
  for (const key of ['state_dict', 'model', 'module']) {
    const inner: unknown = value.get(key)
    if (inner instanceof Map) return inner
  }
  return value
}

function tensorOf(
  name: string,
  { storage, offset, shape, stride }: View,
  file: OpenFile,
  root: string,
  entries: ReadonlyMap<string, ZipEntry>,
): SourceTensor {
  const what = `The tensor "${printable(name)}" in "${file.name}"`
  const [kind, type, key] = storage
  const dtype = isGlobal(type) ? storageTypes[type.global] : undefined
  if (kind !== 'storage' || dtype === undefined || typeof key !== 'string')
    throw new Refusal(`${what} is kept in a way that is not known here.`)
  const entry = entries.get(`${root}data/${key}`)
  if (entry === undefined) throw new Refusal(`${what} has no bytes. Fetch the file again.`)
  const size = dtypeBytes[dtype] as number
  const values = shape.reduce((product, each) => product * each, 1)
  if (!Number.isSafeInteger(values) || (offset + values) * size > entry.bytes)
    throw new Refusal(`${what} is larger than its bytes. Fetch the file again.`)
  const { width } = rowsOf(shape)
  return {
    name,
    shape,
    dtype,
    rows(first, count) {
      if (!isContiguous(shape, stride))
        throw new Refusal(`${what} is stored transposed. Save the model anew, best as SafeTensors.`)
      return readFloats(file, entry.position + (offset + first * width) * size, count * width, dtype)
    },
  }
}

function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let step = 1
  for (let index = shape.length - 1; index >= 0; index--) {
    if (shape[index] !== 1 && stride[index] !== step) return false
    step *= shape[index] as number
  }
  return true
}

function oldFormat(file: OpenFile): string {
  const start = file.read(0, Math.min(file.size, 2))
  return start[0] === 0x80
    ? 'is a bare pickle, as PyTorch wrote before version 1.6. Save the model anew, best as SafeTensors.'
    : 'is no PyTorch checkpoint.'
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function damaged(): Refusal {
  return new Refusal('Its description of the tensors is damaged. Fetch it again.')
}
