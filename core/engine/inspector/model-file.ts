import { closeSync, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { type AdapterFacts, adapterFacts } from './adapter.ts'
import { Cursor, InvalidModel } from './cursor.ts'
import { type GgufFacts, ggufFacts, splitOf } from './facts.ts'
import { type Gguf, readGguf } from './gguf.ts'
import { tensorTypes } from './tensor-types.ts'

/**
 * Reads a model's description, all parts of it when it is split.
 *
 * @param path of the file, of the first part when it is split
 * @throws InvalidModel; the file system's error where a file cannot be read
 */
export function readModelFile(path: string): GgufFacts {
  const first = readFile(path)
  const facts = ggufFacts(first.gguf, first.bytes)
  return facts.split === null ? facts : withParts(path, first, facts)
}

export interface ListedTensor {
  readonly name: string
  readonly type: string
  readonly sizes: readonly number[]
  readonly bytes: number
}

/** Every tensor of a model, all parts of it when it is split. @throws as `readModelFile` */
export function listTensors(path: string): ListedTensor[] {
  const first = readFile(path)
  const facts = ggufFacts(first.gguf, first.bytes)
  const files = facts.split === null ? [first] : partsOf(path, first, facts)
  return files.flatMap(({ gguf }) =>
    gguf.tensors.map(({ name, type, sizes, bytes }) => ({
      name,
      type: tensorTypes.get(type)?.name ?? 'unknown',
      sizes,
      bytes,
    })),
  )
}

/** What a LoRA adapter says of itself. @throws as `readModelFile` */
export function readAdapterFile(path: string): AdapterFacts {
  return adapterFacts(readFile(path).gguf)
}

interface OneFile {
  readonly gguf: Gguf
  readonly bytes: number
}

function readFile(path: string): OneFile {
  const file = openSync(path, 'r')
  try {
    const status = fstatSync(file)
    if (!status.isFile()) throw new InvalidModel('It is not a file.')
    return { gguf: readGguf(new Cursor(file, status.size)), bytes: status.size }
  } finally {
    closeSync(file)
  }
}

/** llama.cpp finds the other parts by this name and no other. */
const partName = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/i

function withParts(path: string, first: OneFile, facts: GgufFacts): GgufFacts {
  const files = partsOf(path, first, facts)
  return {
    ...facts,
    parameters: files.reduce(
      (sum, { gguf }) => sum + gguf.tensors.reduce((all, tensor) => all + tensor.elements, 0),
      0,
    ),
    tensorBytes: files.reduce((sum, { gguf }) => sum + gguf.dataBytes, 0),
    fileBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    tensors: files.reduce((sum, { gguf }) => sum + gguf.tensors.length, 0),
  }
}

/** All parts of a split model, the first one being read already. */
function partsOf(path: string, first: OneFile, facts: GgufFacts): OneFile[] {
  const { part, parts, tensors } = facts.split as NonNullable<GgufFacts['split']>
  const [, stem, number, count, ending] = partName.exec(path) ?? []
  if (stem === undefined || Number(count) !== parts || Number(number) !== part + 1) {
    throw new InvalidModel(
      `The file is part ${part + 1} of ${parts}, and must be named so ("…-00001-of-${pad(parts)}.gguf").`,
    )
  }
  if (part !== 0) throw new InvalidModel(`The file is part ${part + 1} of ${parts}: load the first one.`)
  const files = [first]
  for (let index = 1; index < parts; index++)
    files.push(readPart(`${stem}-${pad(index + 1)}-of-${pad(parts)}${ending}`, index, parts))

  const found = files.reduce((sum, { gguf }) => sum + gguf.tensors.length, 0)
  if (found !== tensors)
    throw new InvalidModel(
      `Its ${parts} parts hold ${found} tensors, and should hold ${tensors}: they are of different models.`,
    )
  return files
}

function readPart(path: string, index: number, parts: number): OneFile {
  const file = readFileOfPart(path, parts)
  const split = splitOf(file.gguf.values)
  if (split?.part !== index || split.parts !== parts) {
    throw new InvalidModel(`"${basename(path)}" is not part ${index + 1} of ${parts} of this model.`)
  }
  return file
}

function readFileOfPart(path: string, parts: number): OneFile {
  try {
    return readFile(path)
  } catch (error) {
    if (error instanceof InvalidModel) throw new InvalidModel(`"${basename(path)}": ${error.message}`)
    throw new InvalidModel(
      `Of its ${parts} parts "${basename(path)}" cannot be read. Fetch all parts into one folder.`,
    )
  }
}

function pad(part: number): string {
  return String(part).padStart(5, '0')
}
