import type { ModelFolder } from '../files/folder.ts'
import { Fields, readJson } from '../files/json.ts'
import { printable, Refusal } from '../refusal.ts'

const mostShards = 4096

/**
 * The files that hold a model's weights: those an index names, or one whole file, or all that fit the pattern.
 * Empty where there are none.
 *
 * @throws Refusal where parts are missing or the index names what it must not
 */
export function weightFiles(folder: ModelFolder, whole: string, pattern: RegExp): readonly string[] {
  const index = `${whole}.index.json`
  if (folder.has(index)) return indexed(folder, index, pattern)
  if (folder.has(whole)) return [whole]
  const names = folder.names.filter(name => pattern.test(name))
  refuseMissing(names)
  return names
}

function indexed(folder: ModelFolder, index: string, pattern: RegExp): readonly string[] {
  const map = new Fields(readJson(folder, index), index).raw('weight_map')
  const values = typeof map === 'object' && map !== null ? Object.values(map) : []
  const names = [...new Set(values)]
  if (names.length === 0 || names.length > mostShards)
    throw new Refusal(`"${index}" names ${names.length} files of weights.`)
  for (const name of names) {
    if (typeof name !== 'string' || !pattern.test(name))
      throw new Refusal(`"${index}" names a file "${printable(String(name))}", which is none of its weights.`)
    if (!folder.has(name)) throw new Refusal(`Its file "${name}" is missing. Fetch it again.`)
  }
  return names as string[]
}

/** `model-00002-of-00003.safetensors` without its neighbours is no whole model. */
function refuseMissing(names: readonly string[]): void {
  for (const name of names) {
    const count = Number(/-of-(\d{5})\./.exec(name)?.[1] ?? names.length)
    if (count !== names.length)
      throw new Refusal(`Of its ${count} files of weights ${names.length} are here. Fetch them all.`)
  }
}
