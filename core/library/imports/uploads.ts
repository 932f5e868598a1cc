import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import type { Upload } from '../../contract/library-files.ts'
import type { Inspector } from '../../engine/inspector/client.ts'
import type { FileTools } from '../../engine/inspector/tools.ts'
import type { Bus } from '../../platform/bus.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Row } from '../../platform/database.ts'
import type { Hashes } from '../store/hashes.ts'
import type { Imported, Importer } from './importer.ts'
import { allParts, type Naming } from './names.ts'

export interface UploadsParts {
  readonly own: string
  readonly importer: Importer
  readonly inspector: Pick<Inspector, 'inspect'>
  readonly tools: FileTools
  readonly hashes: Hashes
  readonly naming: Naming
  readonly database: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly requireSpace: (bytes: number) => Promise<void>
}

interface UploadRow {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly sha256: string | null
  readonly createdAt: number
}

/** One piece; each is in memory for as long as it takes to write it. */
const chunkBytes = 8 * 1024 * 1024
const most = 20
const keptMilliseconds = 7 * 86_400_000

/**
 * Model files that are sent in pieces. How much is there is what the file on the disk says: an upload goes on after
 * a lost connection and after a restart, from the last byte that was written.
 */
export class Uploads {
  readonly #parts: UploadsParts
  readonly #busy = new Set<string>()

  constructor(parts: UploadsParts) {
    this.#parts = parts
  }

  /** Removes uploads that nobody has finished for a week, and what is left of none. */
  async start(): Promise<void> {
    const old = this.#parts.clock.now() - keptMilliseconds
    for (const row of this.#rows().filter(({ createdAt }) => createdAt < old)) await this.#forget(row.id)
    const wanted = new Set(this.#rows().map(({ id }) => `${id}.part`))
    for (const name of await readdir(this.#folder).catch(() => []))
      if (!wanted.has(name)) await rm(join(this.#folder, name), { force: true })
  }

  async list(): Promise<Upload[]> {
    return Promise.all(this.#rows().map(row => this.#shown(row)))
  }

  /** @throws ImpetusError `unsafe_filename`, `invalid_value`, `insufficient_storage`, `conflict` where there are too many */
  async begin(name: string, bytes: number, sha256: string | undefined): Promise<Upload> {
    const { naming, database, clock, requireSpace, bus } = this.#parts
    const safe = naming.safeFileName(name)
    if (safe !== name || !/\.gguf$/i.test(safe))
      throw new ImpetusError('invalid_value', 'A model file’s name ends in .gguf and names no folder.', {
        param: 'name',
      })
    const hash = sha256?.toLowerCase() ?? null
    const same = this.#rows().find(row => row.name === safe && row.bytes === bytes && row.sha256 === hash)
    if (same !== undefined) return this.#shown(same)
    if (this.#rows().length >= most)
      throw new ImpetusError('conflict', `There are ${most} unfinished uploads. Finish or cancel some first.`)
    await requireSpace(bytes)
    const id = `up_${randomBytes(8).toString('hex')}`
    database.run('INSERT INTO library_uploads VALUES (?, ?, ?, ?, ?)', id, safe, bytes, hash, clock.now())
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await (await open(this.#path(id), 'a', 0o600)).close()
    bus.tell('library.changed', { model: null, what: 'uploads' })
    return this.#shown(this.#find(id))
  }

  /** Writes the next piece. @throws ImpetusError `conflict` where the offset is not what is there */
  async write(id: string, offset: number, piece: Uint8Array): Promise<Upload> {
    const row = this.#find(id)
    return this.#alone(id, async () => {
      const received = await this.#received(id)
      if (offset !== received)
        throw new ImpetusError('conflict', `${received} bytes are there. Go on from that offset.`, {
          param: 'offset',
        })
      if (piece.length > chunkBytes || received + piece.length > row.bytes)
        throw new ImpetusError(
          'invalid_value',
          `This piece is too long: ${row.bytes - received} bytes are missing.`,
        )
      await using file = await open(this.#path(id), 'r+')
      await file.write(piece, 0, piece.length, offset)
      return { ...(await this.#shown(row)), received: received + piece.length }
    })
  }

  /**
   * Checks the whole and takes it into the library. What is no model, or not what was announced, is removed.
   *
   * @throws ImpetusError `conflict` where bytes are missing, `invalid_model`
   */
  async finish(id: string, signal: AbortSignal): Promise<Imported> {
    const { importer, inspector, hashes, tools } = this.#parts
    const row = this.#find(id)
    return this.#alone(id, async () => {
      const received = await this.#received(id)
      if (received !== row.bytes)
        throw new ImpetusError(
          'conflict',
          `${received} of ${row.bytes} bytes are there. Send the others first.`,
        )
      const path = this.#path(id)
      try {
        const { sha256, print } = await tools.hash(path, signal)
        if (row.sha256 !== null && row.sha256 !== sha256)
          throw new ImpetusError(
            'invalid_model',
            'The file arrived damaged: its SHA-256 is not the one announced. It was removed; send it again.',
          )
        // A part of a split model can be judged only beside the others, which may come later.
        if (allParts(row.name).length === 1) await inspector.inspect(path, signal)
        const [placed = ''] = await importer.place([path], [row.name])
        hashes.save(print, sha256, this.#parts.clock.now())
        if (row.sha256 !== null) hashes.promise(placed, sha256, 'import')
        await this.#forget(id)
        return await importer.listed(placed, row.bytes, [placed], { mode: 'upload' })
      } catch (error) {
        if (error instanceof ImpetusError && error.code === 'invalid_model') await this.#forget(id)
        throw error
      }
    })
  }

  async cancel(id: string): Promise<string> {
    this.#find(id)
    return this.#alone(id, async () => {
      await this.#forget(id)
      return id
    })
  }

  /** One request at a time has an upload's file. */
  async #alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy.has(id))
      throw new ImpetusError('conflict', 'Another request is working on this upload. Wait for its end.')
    this.#busy.add(id)
    try {
      return await work()
    } finally {
      this.#busy.delete(id)
    }
  }

  get #folder(): string {
    return join(this.#parts.own, '.uploads')
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.part`)
  }

  async #received(id: string): Promise<number> {
    return (await stat(this.#path(id)).catch(() => undefined))?.size ?? 0
  }

  async #shown({ sha256: _, ...row }: UploadRow): Promise<Upload> {
    return { ...row, received: await this.#received(row.id), chunkBytes }
  }

  async #forget(id: string): Promise<void> {
    await rm(this.#path(id), { force: true })
    this.#parts.database.run('DELETE FROM library_uploads WHERE id = ?', id)
    this.#parts.bus.tell('library.changed', { model: null, what: 'uploads' })
  }

  #rows(): UploadRow[] {
    return this.#parts.database.all('SELECT * FROM library_uploads ORDER BY created_at').map(fromRow)
  }

  #find(id: string): UploadRow {
    const row = this.#rows().find(one => one.id === id)
    if (row !== undefined) return row
    throw new ImpetusError('not_found', 'There is no such upload. List them with GET /api/library/uploads.')
  }
}

function fromRow(row: Row): UploadRow {
  return {
    id: String(row.id),
    name: String(row.name),
    bytes: Number(row.bytes),
    sha256: row.sha256 === null ? null : String(row.sha256),
    createdAt: Number(row.created_at),
  }
}
