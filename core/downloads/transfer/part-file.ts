import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { prefixOf, type Ranges, withRange } from './ranges.ts'

/** What is on disk, as far as it is recorded. */
export interface PartRecord {
  readonly written: Ranges
  /** Of that, what also survives a loss of power. */
  readonly synced: Ranges
}

export interface PartFileParts {
  readonly path: string
  readonly record: PartRecord
  /** Keeps a record where a killed process finds it again. Called often: at most every 2 MB or 100 ms. */
  readonly save: (record: PartRecord) => void
  readonly clock: Clock
}

/** What a killed process may have to fetch again is this, and what was on its way in the connections. */
const saveBytes = 2 * 1024 * 1024
const saveMilliseconds = 100
/** A sync waits for the disk; this often it costs little, and bounds what a loss of power takes. */
const syncBytes = 64 * 1024 * 1024

/**
 * A file that is being fetched in pieces. Bytes are written where they belong and then recorded: after a kill, what is
 * recorded is there, because the system keeps what it was given.
 */
export class PartFile {
  readonly #parts: PartFileParts
  readonly #handle: FileHandle
  #written: Ranges
  #synced: Ranges
  #unsaved = 0
  #savedAt = 0
  #unsynced = 0
  #syncing: Promise<void> | undefined
  /** Of a sync that nobody waited for; the next write tells it. */
  #fault: unknown
  #onGrowth: (() => void) | undefined

  private constructor(parts: PartFileParts, handle: FileHandle, written: Ranges) {
    this.#parts = parts
    this.#handle = handle
    this.#written = written
    this.#synced = parts.record.synced
  }

  /** Opens or makes the file. What is recorded but not there (somebody cut or removed the file) does not count. */
  static async open(parts: PartFileParts): Promise<PartFile> {
    await mkdir(dirname(parts.path), { recursive: true, mode: 0o700 })
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW
    const handle = await open(parts.path, flags, 0o600).catch(diskFault)
    const { size } = await handle.stat()
    let written: Ranges = []
    for (const [start, end] of parts.record.written) written = withRange(written, start, Math.min(end, size))
    return new PartFile(parts, handle, written)
  }

  get written(): Ranges {
    return this.#written
  }

  /** Bytes from the beginning without a hole. */
  get prefix(): number {
    return prefixOf(this.#written)
  }

  async write(position: number, buffers: readonly Buffer[], bytes: number): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault
    let offset = 0
    while (offset < bytes) {
      // A write may be short; what it left over is offered again.
      const { bytesWritten } = await this.#handle
        .writev(after(buffers, offset), position + offset)
        .catch(diskFault)
      offset += bytesWritten
    }
    this.#written = withRange(this.#written, position, position + bytes)
    this.#unsaved += bytes
    this.#unsynced += bytes
    const now = this.#parts.clock.monotonic()
    if (this.#unsaved >= saveBytes || now - this.#savedAt >= saveMilliseconds) this.#save(now)
    if (this.#unsynced >= syncBytes)
      this.#startSync().catch(error => {
        this.#fault = error
      })
    this.#onGrowth?.()
  }

  /** Answers how much was read; 0 at the end of the file. */
  async read(buffer: Buffer, length: number, position: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(buffer, 0, length, position)
    return bytesRead
  }

  /** Fulfils when more was written. For one reader. */
  growth(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      this.#onGrowth = () => {
        this.#onGrowth = undefined
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
    })
  }

  /** Forgets everything. */
  async empty(): Promise<void> {
    await this.#syncing
    // The record first: a kill between the two must not leave a record of bytes that are gone.
    this.#written = []
    this.#synced = []
    this.#save(this.#parts.clock.monotonic())
    await this.#handle.truncate(0)
  }

  /** Puts everything on the disk itself. */
  async sync(): Promise<void> {
    await this.#syncing
    await this.#startSync()
  }

  async close(): Promise<void> {
    // Whether a sync failed no longer matters: nothing is promised of what it covered.
    await this.#syncing?.catch(() => {})
    if (this.#unsaved > 0) this.#save(this.#parts.clock.monotonic())
    await this.#handle.close()
  }

  #startSync(): Promise<void> {
    if (this.#syncing !== undefined) return this.#syncing
    const upTo = this.#written
    this.#unsynced = 0
    this.#syncing = this.#handle
      .datasync()
      .then(() => {
        this.#synced = upTo
        this.#save(this.#parts.clock.monotonic())
      })
      .catch(diskFault)
      .finally(() => {
        this.#syncing = undefined
      })
    return this.#syncing
  }

  #save(now: number): void {
    this.#unsaved = 0
    this.#savedAt = now
    this.#parts.save({ written: this.#written, synced: this.#synced })
  }
}

function after(buffers: readonly Buffer[], offset: number): Buffer[] {
  const rest: Buffer[] = []
  let skip = offset
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(skip === 0 ? buffer : buffer.subarray(skip))
    skip = Math.max(0, skip - buffer.length)
  }
  return rest
}

/** Says a full disk in the words that callers know; other faults of the disk are what they are. */
export function diskFault(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') throw new DiskFull(error)
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS')
    throw new ImpetusError(
      'not_writable',
      'The models folder cannot be written. Check its permissions, then try again.',
      {
        cause: error,
      },
    )
  throw error
}

/** The disk had no byte left, as opposed to less than the reserve. */
export class DiskFull extends ImpetusError {
  constructor(cause: unknown) {
    super('insufficient_storage', 'The disk is full. Free some space, then try again.', { cause })
  }
}
