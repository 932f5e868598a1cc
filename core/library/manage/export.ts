import { constants } from 'node:fs'
import { copyFile, link, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import type { FactsState, InstalledModel } from '../types.ts'

/**
 * What Ollama's `create` needs to take a model over: the file as it is, with what a manifest said of it. The chat
 * template is left to Ollama, which reads it from the file; one in Go's language is written out.
 */
export function modelfileOf(model: InstalledModel, state: FactsState): string {
  const { ollama } = model
  const lines = [`FROM ${quoted(model.path)}`]
  if (ollama?.template) lines.push(`TEMPLATE ${block(ollama.template)}`)
  if (ollama?.system) lines.push(`SYSTEM ${block(ollama.system)}`)
  const values: Record<string, number | undefined> = {
    temperature: ollama?.sampling.temperature,
    top_k: ollama?.sampling.topK,
    top_p: ollama?.sampling.topP,
    min_p: ollama?.sampling.minP,
    repeat_penalty: ollama?.sampling.repeatPenalty,
    num_ctx: ollama?.contextLength ?? undefined,
  }
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) lines.push(`PARAMETER ${name} ${value}`)
  for (const stop of ollama?.stop ?? []) lines.push(`PARAMETER stop ${JSON.stringify(stop)}`)
  const license = state.state === 'known' ? state.facts.license : undefined
  if (license) lines.push(`# License: ${license}`)
  return `${lines.join('\n')}\n`
}

function quoted(path: string): string {
  return /[\s"]/.test(path) ? JSON.stringify(path) : path
}

function block(text: string): string {
  return `"""${text.replaceAll('"""', '\\"\\"\\"')}"""`
}

/**
 * Puts a model where LM Studio finds it (`publisher/model/file.gguf`), without copying its bytes.
 *
 * @param folder LM Studio's models folder
 * @returns the paths that were made
 * @throws ImpetusError `conflict` where something is there already, or on another disk
 */
export async function shareWithLmStudio(model: InstalledModel, folder: string): Promise<string[]> {
  const [publisher = '', name = ''] = (model.source ?? '').split('/')
  const place = join(folder, safe(publisher) || 'impetus', safe(name) || model.id)
  await mkdir(place, { recursive: true })
  const made: string[] = []
  for (const [index, part] of model.parts.entries()) {
    const file = /\.gguf$/i.test(part) ? basename(part) : partName(model, index)
    const path = join(place, file)
    try {
      // A clone stays a file of its own; a second name does where the disk cannot clone.
      await copyFile(part, path, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL).catch(error => {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
        return link(part, path)
      })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') throw new ImpetusError('conflict', 'LM Studio has a file of that name already.')
      if (code === 'EXDEV' || code === 'EPERM')
        throw new ImpetusError(
          'conflict',
          'LM Studio’s folder is on another disk, so the bytes would have to be copied. Import the file there instead.',
        )
      throw error
    }
    made.push(path)
  }
  return made
}

function partName(model: InstalledModel, index: number): string {
  const padded = (number: number) => String(number).padStart(5, '0')
  return model.parts.length === 1
    ? `${model.id}.gguf`
    : `${model.id}-${padded(index + 1)}-of-${padded(model.parts.length)}.gguf`
}

function safe(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, '').replace(/^\.+/, '')
}
