import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, readlink, rename, rm, symlink, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ImpetusError } from '../../contract/errors.ts'
import type { Trashed } from '../../contract/library.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Row } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'

export interface TrashParts {
  /** A hidden folder beside our own models: the same disk, so that moving is renaming. */
  readonly folder: string
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly hours: () => number
}

const moved = z.array(z.object({ from: z.string(), name: z.string() }))
type Moved = z.output<typeof moved>

interface Entry {
  readonly id: string
  readonly model: string
  readonly bytes: number
  readonly deletedAt: number
  readonly files: Moved
}

const lookMilliseconds = 10 * 60_000
const hourMilliseconds = 3_600_000

/** Deleted models, for as long as they can be brought back. A row is written before the first file is moved. */
export class Trash {
  readonly #parts: TrashParts
  #cancelTimer: (() => void) | undefined

  constructor(parts: TrashParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    await this.sweep()
  }

  stop(): void {
    this.#cancelTimer?.()
  }

  /** Whether deleted models go at once. */
  get isOff(): boolean {
    return this.#parts.hours() === 0
  }

  list(): Trashed[] {
    const keep = this.#parts.hours() * hourMilliseconds
    return this.#entries().map(({ files: _, ...entry }) => ({ ...entry, until: entry.deletedAt + keep }))
  }

  /**
   * Moves files here, all or none.
   *
   * @returns the id to bring them back by
   * @throws ImpetusError `conflict` where they are on another disk or may not be moved
   */
  async add(model: string, bytes: number, paths: readonly string[]): Promise<string> {
    const { folder, database, clock } = this.#parts
    const id = `trash_${randomBytes(8).toString('hex')}`
    const files = paths.map((from, index) => ({ from, name: String(index) }))
    database.run(
      'INSERT INTO library_trash VALUES (?, ?, ?, ?, ?)',
      id,
      model,
      bytes,
      clock.now(),
      JSON.stringify(files),
    )
    await mkdir(join(folder, id), { recursive: true, mode: 0o700 })
    const done: Moved = []
    try {
      for (const file of files) {
        await rename(file.from, join(folder, id, file.name))
        done.push(file)
      }
    } catch (error) {
      for (const file of done.reverse()) await rename(join(folder, id, file.name), file.from)
      await this.#forget(id)
      throw cannotMove(error as NodeJS.ErrnoException)
    }
    this.#arm()
    return id
  }

  /** Answers the model's id. @throws ImpetusError `not_found`, `conflict` where something has taken its place */
  async restore(id: string): Promise<string> {
    const entry = this.#entries().find(one => one.id === id)
    if (entry === undefined)
      throw new ImpetusError(
        'not_found',
        'This is not in the trash any more. List it with GET /api/library/trash.',
      )
    const { folder } = this.#parts
    // The names last: a link or manifest shall not lead nowhere in between.
    for (const { from, name } of entry.files.toReversed()) {
      const path = join(folder, id, name)
      if ((await lstat(path).catch(() => undefined)) === undefined) continue
      await mkdir(dirname(from), { recursive: true })
      await moveWithoutReplacing(path, from)
    }
    await this.#forget(id)
    return entry.model
  }

  /** Deletes for good what has been here long enough. */
  async sweep(): Promise<void> {
    const { clock, hours, log } = this.#parts
    const before = clock.now() - hours() * hourMilliseconds
    for (const entry of this.#entries().filter(({ deletedAt }) => deletedAt <= before)) {
      try {
        await this.#forget(entry.id)
      } catch (error) {
        log.warn('a deleted model could not be removed', { model: entry.model, error: String(error) })
      }
    }
    this.#arm()
  }

  /** Deletes everything for good. */
  async empty(): Promise<{ models: number; bytes: number }> {
    const entries = this.#entries()
    for (const { id } of entries) await this.#forget(id)
    return { models: entries.length, bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0) }
  }

  async #forget(id: string): Promise<void> {
    await rm(join(this.#parts.folder, id), { recursive: true, force: true })
    this.#parts.database.run('DELETE FROM library_trash WHERE id = ?', id)
  }

  #entries(): Entry[] {
    return this.#parts.database.all('SELECT * FROM library_trash ORDER BY deleted_at DESC').map(fromRow)
  }

  /** Nothing looks while there is nothing. */
  #arm(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#entries().length === 0) return
    this.#cancelTimer = this.#parts.clock.after(lookMilliseconds, () => void this.sweep())
  }
}

function fromRow(row: Row): Entry {
  return {
    id: String(row.id),
    model: String(row.model),
    bytes: Number(row.bytes),
    deletedAt: Number(row.deleted_at),
    files: moved.parse(JSON.parse(String(row.files))),
  }
}

/** `rename` would replace a file that has come there meanwhile; making a second name of the file does not. */
async function moveWithoutReplacing(path: string, to: string): Promise<void> {
  try {
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) await symlink(await readlink(path), to)
    else await link(path, to)
    await unlink(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const taken = code === 'EEXIST' || (await lstat(to).catch(() => undefined)) !== undefined
    if (taken)
      throw new ImpetusError(
        'conflict',
        'Another file has taken its place. Move that one away, then try again.',
      )
    // A disk that knows no second names.
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error
    await rename(path, to)
  }
}

function cannotMove(error: NodeJS.ErrnoException): Error {
  if (error.code === 'EXDEV')
    return new ImpetusError(
      'conflict',
      'It is on another disk than the trash. Delete it for good (--now), or in the program that it belongs to.',
    )
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS')
    return new ImpetusError(
      'conflict',
      'Its folder cannot be changed. Delete it in the program that it belongs to.',
    )
  if (error.code === 'ENOENT')
    return new ImpetusError('conflict', 'Its files have changed meanwhile. Look at the list again.')
  return error
}
