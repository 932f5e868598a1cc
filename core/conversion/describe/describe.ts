import { realpathSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { ForeignModel } from '../../contract/conversions.ts'
import { openCheckpoint } from '../checkpoint/open.ts'
import { architectureOf } from '../families/families.ts'
import { ModelFolder } from '../files/folder.ts'
import { OpenFile } from '../files/open-file.ts'
import { planConversion, readConfig } from '../plan.ts'
import { Refusal } from '../refusal.ts'
import { describeCoreMl } from './core-ml.ts'
import { contextLength, unknownModel, weights } from './foreign.ts'
import { describeOnnx } from './onnx.ts'

/**
 * What a folder or a file is, by its content; null where it is nothing that is known here. What is broken or hostile
 * is described with the reason why it is not converted.
 *
 * @throws the file system's errors, for a path that cannot be read
 */
export function describe(given: string): ForeignModel | null {
  const path = realpathSync(given)
  const isFolder = statSync(path).isDirectory()
  if (/\.(mlpackage|mlmodelc)$/i.test(path) && isFolder)
    return guarded('coreml', path, () => describeCoreMl(path))
  if (isFolder) return describeFolder(path)
  if (/\.mlmodel$/i.test(path)) return guarded('coreml', path, () => describeCoreMl(path))
  if (/\.onnx$/i.test(path)) return describeOnnxFile(path)
  if (!/\.(safetensors|bin|pt|pth)$/i.test(path)) return null
  const whole = describeFolder(dirname(path))
  if (whole !== null) return whole
  const format = /\.safetensors$/i.test(path) ? 'safetensors' : 'pytorch'
  const reason =
    'It is weights alone: without the config.json and the tokenizer beside them nobody can tell what they are.'
  return unknownModel(format, path, basename(path), statSync(path).size, reason)
}

function describeFolder(path: string): ForeignModel | null {
  const folder = new ModelFolder(path)
  try {
    const format = formatOf(folder.names)
    if (format === null) {
      const onnx = folder.names.find(name => /\.onnx$/i.test(name))
      return onnx === undefined ? null : describeOnnxFile(folder.open(onnx).path)
    }
    if (!folder.has('config.json')) return null
    return describeCheckpoint(folder, format)
  } finally {
    folder.close()
  }
}

/** By the names; the content decides between SafeTensors and MLX later. */
function formatOf(names: readonly string[]): 'safetensors' | 'pytorch' | null {
  if (names.some(name => /^(?!adapter).*\.safetensors(\.index\.json)?$/.test(name))) return 'safetensors'
  return names.some(name => /^pytorch_model.*\.bin(\.index\.json)?$/.test(name)) ? 'pytorch' : null
}

function describeCheckpoint(folder: ModelFolder, guess: 'safetensors' | 'pytorch'): ForeignModel | null {
  let known = unknownModel(guess, folder.path, folder.title, folder.bytes(), '')
  try {
    const config = readConfig(folder)
    known = { ...known, architecture: architectureOf(config), contextLength: contextLength(config) }
    const checkpoint = openCheckpoint(folder, config)
    if (checkpoint === undefined) return null
    known = { ...known, format: checkpoint.format, ...weights(checkpoint) }
    const { bytes, layout } = planConversion(folder, config, checkpoint)
    return { ...known, conversion: { possible: true, bytes, notes: [...layout.notes] } }
  } catch (error) {
    return { ...known, conversion: { possible: false, reason: reasonOf(error) } }
  }
}

function describeOnnxFile(path: string): ForeignModel {
  return guarded('onnx', path, () => {
    const file = new OpenFile(path, basename(path))
    try {
      return describeOnnx(file, path, basename(path).replace(/\.onnx$/i, ''), file.size)
    } finally {
      file.close()
    }
  })
}

function guarded(format: ForeignModel['format'], path: string, look: () => ForeignModel): ForeignModel {
  try {
    return look()
  } catch (error) {
    return unknownModel(format, path, basename(path), 0, reasonOf(error))
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.message
  throw error
}
