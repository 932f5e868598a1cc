import { accessSync, chmodSync, constants, mkdirSync, type Stats, statSync } from 'node:fs'
import { ExitError } from './exit.ts'
import type { Paths } from './paths.ts'

/**
 * Makes the home and its folders private (0700 under any umask) and sure to be ours.
 *
 * @throws ExitError `cannotCreate` when a folder cannot be made or written, or belongs to somebody else
 */
export function prepareHome(paths: Paths): void {
  makePrivate(paths.home)
  makePrivate(paths.logs)
  makePrivate(paths.models)
}

/** Makes one private folder, its parents included. */
export function makePrivate(folder: string): void {
  let facts: Stats
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    facts = statSync(folder)
  } catch (error) {
    throw cannotUse(folder, error)
  }
  if (!facts.isDirectory()) throw new ExitError('cannotCreate', `${folder} is not a folder. Move it away.`)
  const owner = process.getuid?.()
  if (owner !== undefined && facts.uid !== owner) {
    throw new ExitError(
      'cannotCreate',
      `${folder} belongs to another user (id ${facts.uid}, this is ${owner}). Run Impetus as that user, or set IMPETUS_HOME to a folder of your own.`,
    )
  }
  try {
    // mkdir's mode is cut by the umask and leaves a folder that exists as it is.
    if ((facts.mode & 0o777) !== 0o700) chmodSync(folder, 0o700)
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw cannotUse(folder, error)
  }
}

/** Says in plain words why a place under the home cannot be used. */
export function cannotUse(path: string, error: unknown): ExitError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
  const words: Record<string, string> = {
    EACCES: 'permission denied. Change its permissions',
    EPERM: 'permission denied. Change its owner or permissions',
    EROFS: 'the disk is read-only. Mount it for writing',
    ENOSPC: 'the disk is full. Free some space',
    EDQUOT: 'the disk quota is used up. Free some space',
    ENOTDIR: 'a part of the path is a file. Move that file away',
    ENAMETOOLONG: 'the path is too long. Choose a shorter one',
  }
  const what = code.startsWith('ERR_') ? (error as Error).message : code
  const why = words[code] ?? `${what}. Check the disk`
  return new ExitError(
    'cannotCreate',
    `Cannot write ${path}: ${why}, or set IMPETUS_HOME to another folder.`,
    error,
  )
}
