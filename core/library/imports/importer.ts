import { randomBytes } from 'node:crypto'
import { constants, createReadStream, createWriteStream } from 'node:fs'
import {
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ImpetusError } from '../../contract/errors.ts'
import type { Inspector } from '../../engine/inspector/client.ts'
import type { Clock } from '../../platform/clock.ts'
import type { LogFields } from '../../platform/log.ts'
import type { Linked } from '../store/linked.ts'
import type { Library } from '../types.ts'
import { allParts, type Naming, renamed } from './names.ts'

export interface ImporterParts {
  readonly library: Pick<Library, 'list' | 'rescan'>
  readonly inspector: Pick<Inspector, 'inspect'>
  readonly linked: Linked
  /** Real path of the folder of our own. */
  readonly own: string
  readonly naming: Naming
  /** @throws ImpetusError `insufficient_storage` where so many bytes have no room */
  readonly requireSpace: (bytes: number) => Promise<void>
  readonly clock: Clock
  readonly audit: (event: 'model.imported', fields: LogFields) => void
}

export interface Imported {
  readonly model: string
  readonly files: string[]
  readonly bytes: number
}

export type ImportMode = 'move' | 'copy' | 'link'

interface Source {
  /** As it was named: the name of the file follows from it, which may be a link. */
  readonly given: string
  readonly real: string
  readonly bytes: number
}

/** Takes model files of this machine into the library. Nothing is written before a file was found to be a model. */
export class Importer {
  readonly #parts: ImporterParts
  #queue: Promise<unknown> = Promise.resolve()

  constructor(parts: ImporterParts) {
    this.#parts = parts
  }

  /** Removes what a kill has left of imports. */
  async start(): Promise<void> {
    await rm(this.#work, { recursive: true, force: true })
  }

  /**
   * @throws ImpetusError `not_found`, `invalid_value`, `invalid_model`, `unsafe_filename`, `conflict`,
   *   `insufficient_storage`, the signal's reason
   */
  async take(
    path: string,
    mode: ImportMode,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<Imported> {
    const { inspector, linked, clock } = this.#parts
    const sources = await this.#sources(path)
    const [first] = sources as [Source]
    await inspector.inspect(first.given, signal)
    if (mode === 'link') {
      for (const { real } of sources) linked.add(real, clock.now())
      const files = sources.map(source => source.given)
      return this.listed(first.real, total(sources), files, { mode })
    }
    const given = sources.map(source => basename(source.given))
    const names = name === undefined ? given : renamed(given, name)
    if (mode === 'copy') await this.#parts.requireSpace(total(sources))
    const folder = join(this.#work, randomBytes(8).toString('hex'))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      const brought: string[] = []
      for (const [index, source] of sources.entries())
        brought.push(await bring(source, join(folder, String(index)), mode, signal))
      const placed = await this.place(brought, names)
      if (mode === 'move') for (const { real } of sources) await unlink(real)
      return await this.listed(placed[0] as string, total(sources), placed, { mode })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /**
   * Gives files of our own disk their names in the models folder, the first part last: a split model is whole when its
   * first part shows up. Nothing that is there is replaced.
   *
   * @returns where they are
   * @throws ImpetusError `unsafe_filename`
   */
  place(files: readonly string[], wanted: readonly string[]): Promise<string[]> {
    const work = this.#queue.then(() => this.#place(files, wanted))
    this.#queue = work.catch(() => {})
    return work
  }

  /** The model that a file of the library is. */
  async listed(path: string, bytes: number, files: readonly string[], fields: LogFields): Promise<Imported> {
    const { library, audit } = this.#parts
    await library.rescan()
    const model = library.list().find(one => one.parts.includes(path))
    // The second part of a split model is none before the first one is there.
    const id = model?.id ?? basename(path)
    audit('model.imported', { model: id, ...fields })
    return { model: id, files: files.map(file => basename(file)), bytes }
  }

  get #work(): string {
    return join(this.#parts.own, '.imports')
  }

  async #place(files: readonly string[], wanted: readonly string[]): Promise<string[]> {
    const { own, naming } = this.#parts
    const safe = wanted.map(naming.safeFileName)
    if (safe.some((name, index) => name !== wanted[index] || !/\.gguf$/i.test(name)))
      throw new ImpetusError('invalid_value', 'A model file’s name ends in .gguf and names no folder.', {
        param: 'name',
      })
    const there = new Set((await readdir(own)).map(naming.foldedName))
    const names = naming.freeNames(safe, null, name => there.has(naming.foldedName(name)))
    const paths = names.map(name => join(own, name))
    for (const [index, file] of [...files.entries()].reverse()) await moveTo(file, paths[index] as string)
    const folder = await open(own, 'r')
    await folder.sync().catch(() => {})
    await folder.close()
    return paths
  }

  async #sources(path: string): Promise<Source[]> {
    if (!isAbsolute(path) || path.includes('\0'))
      throw new ImpetusError('invalid_value', 'Give the whole path of the file.', { param: 'path' })
    const names = allParts(basename(path))
    const sources = await Promise.all(names.map(name => sourceOf(join(dirname(path), name))))
    if (sources.some(source => source.real.startsWith(this.#parts.own + sep)))
      throw new ImpetusError('conflict', 'This file is in the library’s own folder already.')
    return sources
  }
}

async function sourceOf(given: string): Promise<Source> {
  try {
    const real = await realpath(given)
    const stats = await lstat(real)
    if (!stats.isFile())
      throw new ImpetusError('invalid_value', `${basename(given)} is no file.`, { param: 'path' })
    return { given, real, bytes: stats.size }
  } catch (error) {
    if (error instanceof ImpetusError) throw error
    throw new ImpetusError('not_found', `There is no file ${basename(given)} that can be read.`, {
      param: 'path',
      cause: error,
    })
  }
}

/** Makes a file of ours out of another: a clone or a second name where the disk can, else a copy. */
async function bring(
  source: Source,
  to: string,
  mode: 'move' | 'copy',
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted()
  if (mode === 'move') {
    try {
      await link(source.real, to)
      return to
    } catch {
      // Another disk, or one without second names: copied, and removed when all is well.
    }
  }
  try {
    await copyFile(source.real, to, constants.COPYFILE_FICLONE_FORCE)
  } catch {
    await rm(to, { force: true })
    await pipeline(createReadStream(source.real), createWriteStream(to, { mode: 0o600, flush: true }), {
      signal,
    })
  }
  if ((await stat(to)).size !== source.bytes)
    throw new ImpetusError('conflict', 'The file changed while it was copied. Try again.')
  return to
}

/** Never over something that is there. */
async function moveTo(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
    await unlink(from)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error
    await rename(from, to)
  }
}

function total(sources: readonly Source[]): number {
  return sources.reduce((sum, source) => sum + source.bytes, 0)
}
