import { ImpetusError } from '../../contract/errors.ts'
import { safeFileName, shown, splitPart } from '../transfer/file-name.ts'
import { preferenceOf, quantizationOf } from './quantization.ts'
import type { HubReference } from './reference.ts'

/** One file as the hub lists it. */
export interface ListedFile {
  readonly path: string
  readonly bytes: number
  /** Of files that the hub keeps in large file storage, which all models are. */
  readonly sha256: string | null
}

/** A model that can be fetched: one file, or all parts of a split one in order. */
export interface FileGroup {
  readonly files: readonly ListedFile[]
  /** The first file's path. */
  readonly path: string
  readonly bytes: number
  readonly quantization: string | null
  /** A vision companion (mmproj), which is no model of its own. */
  readonly projector: boolean
}

/**
 * Groups the GGUF files of a listing, smallest first. Files with unsafe names and split files with parts missing are
 * left out and counted: one bad name must not hide the good ones.
 */
export function groupFiles(listing: readonly ListedFile[]): { groups: FileGroup[]; refused: number } {
  const byStem = new Map<string, ListedFile[]>()
  let refused = 0
  for (const file of listing) {
    if (!/\.gguf$/i.test(file.path)) continue
    if (!isSafe(file.path)) {
      refused++
      continue
    }
    const split = splitPart(file.path)
    const stem = split === undefined ? file.path : `${split.stem} of ${split.of}`
    byStem.set(stem, [...(byStem.get(stem) ?? []), file])
  }
  const groups: FileGroup[] = []
  for (const files of byStem.values()) {
    files.sort((a, b) => (a.path < b.path ? -1 : 1))
    const [first] = files as [ListedFile]
    const parts = splitPart(first.path)?.of ?? 1
    // A calibration matrix is kept as GGUF too, but nothing can run it.
    if (files.length !== parts || /(?:^|\/|[-._])imatrix[^/]*\.gguf$/i.test(first.path))
      refused += files.length
    else groups.push(groupOf(files))
  }
  groups.sort((a, b) => a.bytes - b.bytes || (a.path < b.path ? -1 : 1))
  return { groups, refused }
}

function isSafe(path: string): boolean {
  try {
    safeFileName(path)
    return true
  } catch (error) {
    if (error instanceof ImpetusError) return false
    throw error
  }
}

function groupOf(files: readonly ListedFile[]): FileGroup {
  const [first] = files as readonly [ListedFile]
  const name = first.path.slice(first.path.lastIndexOf('/') + 1)
  return {
    files,
    path: first.path,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    quantization: quantizationOf(name),
    projector: /(?:^|[-._])mmproj(?:[-._]|$)/i.test(name),
  }
}

/**
 * What a reference means in a listing.
 *
 * @throws ImpetusError `unsafe_filename` when the file that is meant has such a name; `hub_model_not_found` with what
 *   there is instead; `invalid_value` when several fit
 */
export function chooseGroup(listing: readonly ListedFile[], reference: HubReference): FileGroup {
  const { groups } = groupFiles(listing)
  const { path, repo } = reference
  if (path !== null) {
    safeFileName(path)
    const group = groups.find(({ files }) => files.some(file => file.path === path))
    if (group !== undefined) return group
    if (listing.some(file => file.path === path))
      throw notFound(`Parts of ${shown(path)} are missing in ${repo}, so it cannot run.`)
    throw notFound(`${repo} has no file ${shown(path)}. ${offer(groups)}`)
  }
  const models = groups.filter(group => !group.projector)
  if (models.length === 0) {
    // Name what was refused, rather than say that there is nothing.
    for (const file of listing) if (/\.gguf$/i.test(file.path)) safeFileName(file.path)
    throw notFound(
      `${repo} has no GGUF files that Impetus can run. Look for a repository with "GGUF" in its name.`,
    )
  }
  const wanted = reference.quantization
  const fitting = wanted === null ? bestOf(models) : models.filter(group => group.quantization === wanted)
  const [only, another] = fitting
  if (only === undefined) throw notFound(`${repo} has nothing with ${wanted}. ${offer(models)}`)
  if (another !== undefined)
    throw new ImpetusError(
      'invalid_value',
      `${repo} has several models that fit. Name the file: ${names(fitting, group => `hf:${repo}/${group.path}`)}.`,
      { param: 'reference' },
    )
  return only
}

function bestOf(models: readonly FileGroup[]): FileGroup[] {
  const best = Math.min(...models.map(group => preferenceOf(group.quantization)))
  return models.filter(group => preferenceOf(group.quantization) === best)
}

function offer(groups: readonly FileGroup[]): string {
  return groups.length === 0
    ? 'It has no GGUF files.'
    : `It has ${names(groups, group => group.quantization ?? group.path)}.`
}

function names(groups: readonly FileGroup[], name: (group: FileGroup) => string): string {
  const shownNames = [...new Set(groups.map(name))].slice(0, 20)
  return shownNames.join(', ')
}

function notFound(message: string): ImpetusError {
  return new ImpetusError('hub_model_not_found', message, { param: 'reference' })
}
