import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import type { ForeignModel } from '../../contract/conversions.ts'
import { Fields, isObject } from '../files/json.ts'
import { OpenFile } from '../files/open-file.ts'
import { ProtoFile } from '../files/protobuf.ts'
import { printable, Refusal } from '../refusal.ts'
import { unknownModel } from './foreign.ts'

const reason =
  'Core ML is a program for Apple’s own runtime; llama.cpp does not run it, and it is not converted. Look for the same model as GGUF, MLX or SafeTensors.'

/** Fields of Model that say what kind it is. */
const kinds: Readonly<Record<number, string>> = {
  200: 'pipeline',
  201: 'pipeline',
  202: 'pipeline',
  303: 'neural network',
  403: 'neural network',
  500: 'neural network',
  502: 'ML program',
}
const mostJsonBytes = 4 * 1024 * 1024
const mostFiles = 10_000

/**
 * Describes a Core ML model: a `.mlpackage` or `.mlmodelc` folder, or a `.mlmodel` file.
 * See https://apple.github.io/coremltools/mlmodel/Format/Model.html
 *
 * @throws Refusal where it is none
 */
export function describeCoreMl(path: string): ForeignModel {
  const name = basename(path).replace(/\.\w+$/, '')
  if (path.endsWith('.mlmodel')) return fromSpecification(path, path, name, statSync(path).size)
  const bytes = treeBytes(path)
  if (path.endsWith('.mlmodelc')) return fromCompiled(path, name, bytes)
  return fromSpecification(specificationOf(path), path, name, bytes)
}

/** The package's manifest says which of its files describes the model. */
function specificationOf(path: string): string {
  const manifest = fields(json(join(path, 'Manifest.json')), 'Manifest.json')
  const root = manifest.text('rootModelIdentifier')
  const entry =
    root === undefined ? undefined : manifest.object('itemInfoEntries')?.object(root)?.text('path')
  if (entry === undefined) throw new Refusal('Its Manifest.json names no model.')
  const file = join(path, 'Data', entry)
  const real = existsSync(file) ? realpathSync(file) : ''
  if (!real.startsWith(realpathSync(path) + sep))
    throw new Refusal('Its Manifest.json names a file that is not in the package.')
  return real
}

function fromSpecification(file: string, path: string, name: string, bytes: number): ForeignModel {
  const open = new OpenFile(file, basename(file))
  try {
    const proto = new ProtoFile(open)
    let version = 0
    let kind: string | undefined
    for (const field of proto.fields(0, proto.size)) {
      if (field.number === 1 && field.wire === 'varint') version = field.value
      if (field.wire === 'bytes') kind ??= kinds[field.number]
    }
    if (version === 0) throw new Refusal(`"${basename(file)}" is no Core ML model.`)
    const architecture = `Core ML ${kind ?? 'model'}, specification ${version}`
    return { ...unknownModel('coreml', path, name, bytes, reason), architecture }
  } finally {
    open.close()
  }
}

function fromCompiled(path: string, name: string, bytes: number): ForeignModel {
  const file = join(path, 'metadata.json')
  if (!existsSync(file)) {
    if (!existsSync(join(path, 'coremldata.bin'))) throw new Refusal('It is no compiled Core ML model.')
    return { ...unknownModel('coreml', path, name, bytes, reason), architecture: 'Core ML, compiled' }
  }
  const value = json(file)
  const metadata = fields(Array.isArray(value) ? value[0] : value, 'metadata.json')
  const kind = metadata
    .object('modelType')
    ?.text('name')
    ?.replace(/^MLModelType_/, '')
  const dtype = metadata.text('storagePrecision')
  return {
    ...unknownModel('coreml', path, name, bytes, reason),
    architecture: `Core ML ${printable(kind ?? 'model')}, compiled`,
    dtype: dtype === undefined ? null : printable(dtype),
  }
}

function fields(value: unknown, file: string): Fields {
  return new Fields(isObject(value) ? value : {}, file)
}

function json(path: string): unknown {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status?.isFile() || status.size > mostJsonBytes)
    throw new Refusal(`Its ${basename(path)} is missing or too large.`)
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Refusal(`Its ${basename(path)} is not valid JSON.`)
  }
}

/** Bytes of the files in a folder and below it; links are not followed. */
function treeBytes(path: string): number {
  let bytes = 0
  let files = 0
  const walk = (folder: string, depth: number) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      files += 1
      if (files > mostFiles || depth > 8) throw new Refusal('It has more files than a model has.')
      if (entry.isDirectory()) walk(join(folder, entry.name), depth + 1)
      else if (entry.isFile()) bytes += statSync(join(folder, entry.name)).size
    }
  }
  walk(path, 0)
  return bytes
}
