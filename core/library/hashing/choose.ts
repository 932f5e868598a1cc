import { basename } from 'node:path'
import type { Verification } from '../../contract/library.ts'
import type { InstalledModel } from '../types.ts'

/** Inode, size and time of each part. */
export function printsOf({ fingerprint }: InstalledModel): string[] {
  return fingerprint.split(' ')
}

export interface ToHash {
  readonly model: InstalledModel
  readonly path: string
  readonly print: string
}

/**
 * The file to read next: first those that may be there twice, because another has the same size, then the others,
 * small ones first. `undefined` where nothing is left.
 */
export function nextToHash(
  models: readonly InstalledModel[],
  mode: 'all' | 'duplicates' | 'off',
  isDone: (print: string) => boolean,
): ToHash | undefined {
  if (mode === 'off') return undefined
  const files = models
    .filter(model => model.format === 'gguf')
    .flatMap(model => {
      const prints = printsOf(model)
      return model.parts.map((path, index) => ({ model, path, print: prints[index] ?? '' }))
    })
  const sizes = new Map<number, Set<string>>()
  for (const { print } of files) {
    const inodes = sizes.get(sizeOf(print)) ?? new Set()
    sizes.set(sizeOf(print), inodes.add(print))
  }
  const left = files
    .filter(({ print }) => print !== '' && !isDone(print))
    .sort((a, b) => sizeOf(a.print) - sizeOf(b.print))
  const twins = left.filter(({ print }) => (sizes.get(sizeOf(print))?.size ?? 0) > 1)
  return twins[0] ?? (mode === 'all' ? left[0] : undefined)
}

function sizeOf(print: string): number {
  return Number(print.split(':')[1])
}

export interface Promised {
  readonly sha256: string
  readonly source: string
}

/**
 * What a file ought to hash to, by the best word there is: that of whoever sent it, the name under which content-
 * addressed caches keep it, what it hashed to before.
 */
export function promiseFor(
  { origin }: InstalledModel,
  path: string,
  promised: Promised | undefined,
  earlier: string | undefined,
): Promised | undefined {
  if (promised !== undefined) return promised
  const named = /^(?:sha256-)?([0-9a-f]{64})$/.exec(basename(path))?.[1]
  if (named !== undefined && (origin === 'huggingface' || origin === 'ollama'))
    return { sha256: named, source: origin }
  return earlier === undefined ? undefined : { sha256: earlier, source: 'earlier' }
}

/** @param sources whose word each part was held against; empty where there was none */
export function judge(sources: readonly string[]): Pick<Verification, 'state' | 'comparedWith'> {
  const [source = ''] = sources
  const all = source !== '' && sources.every(one => one !== '')
  return all ? { state: 'matches', comparedWith: source } : { state: 'computed', comparedWith: null }
}
