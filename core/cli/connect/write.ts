import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { ClientPart } from '../../contract/clients.ts'
import { writeFileAtomic } from '../../platform/atomic-file.ts'
import { ExitError } from '../../platform/exit.ts'
import { merge } from './merge.ts'

type FilePart = Extract<ClientPart, { kind: 'file' }>

export interface Written {
  readonly path: string
  readonly did: 'created' | 'changed' | 'nothing'
  /** The file as it was; null where there was none or nothing had to change. */
  readonly backup: string | null
}

/** Settings have some kilobytes; what is longer is something else. */
const largest = 4 * 1024 * 1024

/** Where this part is to be written: the first of its paths that exists, else the first. */
export function placeOf({ paths }: FilePart, home: string | undefined): string {
  if (home === undefined || !isAbsolute(home))
    throw new ExitError('configuration', 'HOME is not set. Say where the file is with --file.')
  const places = paths.map(path => path.replace(/^~(?=\/)/, home))
  const place = places.find(path => existsSync(path)) ?? places[0]
  if (place === undefined) throw new ExitError('usage', 'Say where the file is with --file.')
  return place
}

/**
 * Finds out what writing would do, and does it when it is told to: nothing is made for a file that would be refused.
 *
 * @throws ExitError `cannotCreate` for a file that cannot be read or understood
 */
export function plan(part: FilePart, place: string): { write(): Written } {
  const steps = guarded(place, () =>
    existsSync(place) ? change(part, realpathSync(place)) : create(part, place),
  )
  return { write: () => guarded(place, steps) }
}

/** Whole or not at all: a file that cannot be written stays as it was. */
function guarded<T>(place: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ExitError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw refused(place, `it cannot be written (${code ?? message})`)
  }
}

function create({ text }: FilePart, path: string): () => Written {
  return () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileAtomic(path, text)
    return { path, did: 'created', backup: null }
  }
}

/** `path` is free of links: a settings file is often a link into a folder under version control. */
function change(part: FilePart, path: string): () => Written {
  const facts = statSync(path)
  if (!facts.isFile()) throw refused(path, 'it is no file')
  if (facts.size > largest) throw refused(path, `it has ${facts.size} bytes, which no settings have`)
  const before = readFileSync(path, 'utf8')
  const merged = merge(part.format, before, part.value)
  if ('problem' in merged) throw refused(path, merged.problem)
  if (merged.text === before) return () => ({ path, did: 'nothing', backup: null })
  return () => {
    const backup = copyBeside(path)
    writeFileAtomic(path, merged.text)
    chmodSync(path, facts.mode & 0o777)
    return { path, did: 'changed', backup }
  }
}

/** Copies of earlier times stay. */
function copyBeside(path: string): string {
  for (let number = 1; ; number++) {
    const backup = join(dirname(path), `${fileName(path)}.before-impetus${number === 1 ? '' : `-${number}`}`)
    if (existsSync(backup)) continue
    copyFileSync(path, backup, constants.COPYFILE_EXCL)
    return backup
  }
}

function fileName(path: string): string {
  return path.slice(dirname(path).length).replace(/^\//, '')
}

function refused(path: string, why: string): ExitError {
  return new ExitError(
    'cannotCreate',
    `${path} was left as it is: ${why}. Put the settings in by hand; the same command without --write shows them.`,
  )
}
