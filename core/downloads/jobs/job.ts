import type { Download, DownloadState } from '../../contract/downloads.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { Bus } from '../../platform/bus.ts'
import type { Clock } from '../../platform/clock.ts'
import type { PartRecord } from '../transfer/part-file.ts'
import { totalOf } from '../transfer/ranges.ts'
import type { Memory } from '../transfer/transfer.ts'
import { isActive } from './commands.ts'
import { Speed, secondsLeft } from './speed.ts'
import type { FileRow, JobRow, JobStore } from './store.ts'

export interface JobParts {
  readonly store: JobStore
  readonly bus: Bus
  readonly clock: Clock
}

/** Five times a second at most: enough for a bar to look alive. */
const tickMilliseconds = 200

/** One download: what is known of it, kept in the store and told on the bus as it changes. */
export class Job {
  readonly row: JobRow
  readonly #parts: JobParts
  readonly #speed = new Speed()
  #retryAt: number | null = null
  #cancelTick: (() => void) | undefined
  #toldDone = -1

  constructor(row: JobRow, parts: JobParts) {
    this.row = row
    this.#parts = parts
  }

  get id(): string {
    return this.row.id
  }

  get state(): DownloadState {
    return this.row.state
  }

  get bytes(): number {
    return this.row.files.reduce((sum, file) => sum + file.bytes, 0)
  }

  get done(): number {
    return this.row.files.reduce((sum, file) => sum + doneOf(file), 0)
  }

  /** Kept first, then told: what people hear of survives the process. An error is kept as it is told. */
  setState(state: DownloadState, error?: ImpetusError): void {
    const next = { ...this.row, ...this.#changeTo(state, error) }
    this.#parts.store.saveState(next)
    this.#become(next)
  }

  /** For when even that cannot be kept that it failed: after a restart it is tried again. */
  showFailed(error: ImpetusError): void {
    this.#become(this.#changeTo('failed', error))
  }

  #changeTo(
    state: DownloadState,
    error: ImpetusError | undefined,
  ): Pick<JobRow, 'state' | 'error' | 'finishedAt'> {
    const hasEnded = state === 'done' || state === 'failed' || state === 'cancelled'
    return {
      state,
      error: error === undefined ? null : { code: error.code, message: error.message },
      finishedAt: hasEnded ? this.#parts.clock.now() : null,
    }
  }

  #become({ state, error, finishedAt }: Pick<JobRow, 'state' | 'error' | 'finishedAt'>): void {
    Object.assign(this.row, { state, error, finishedAt })
    this.#retryAt = null
    this.#tell()
  }

  /**
   * `verifying` and back, as the files go; not worth a place in the store. A transfer that is being paused or cancelled
   * may still say this, and is not heard.
   */
  showState(state: 'running' | 'verifying'): void {
    if (this.row.state === state || (this.row.state !== 'running' && this.row.state !== 'verifying')) return
    this.row.state = state
    this.#tell()
  }

  showRetry(until: number | null): void {
    if (this.#retryAt === until) return
    this.#retryAt = until
    this.#tell()
  }

  saveFile(file: FileRow): void {
    this.#parts.store.saveFile(this.id, this.row.files.indexOf(file), file)
  }

  saveMemory(file: FileRow, memory: Memory): void {
    file.memory = memory
    this.#unlessBusy(() => this.saveFile(file))
  }

  saveRecord(file: FileRow, record: PartRecord): void {
    file.record = record
    const save = () => this.#parts.store.saveRecord(this.id, this.row.files.indexOf(file), record)
    // That bytes are gone must be recorded now; that more are there is recorded again soon.
    if (record.written.length === 0) save()
    else this.#unlessBusy(save)
  }

  /** Somebody looks into the database: no reason to end a transfer over what is only there to spare work after a kill. */
  #unlessBusy(save: () => void): void {
    try {
      save()
    } catch (error) {
      if (!(error instanceof ImpetusError && error.code === 'database_busy')) throw error
    }
  }

  /** Tells of progress until the returned function is called. */
  watch(): () => void {
    this.#speed.reset()
    const tick = () => {
      const { done } = this
      this.#speed.sample(this.#parts.clock.monotonic(), done)
      if (done !== this.#toldDone) this.#tell()
      this.#cancelTick = this.#parts.clock.after(tickMilliseconds, tick)
    }
    tick()
    return () => {
      this.#cancelTick?.()
      this.#speed.reset()
    }
  }

  view(): Download {
    const { id, reference, repo, revision, quantization, state, error, createdAt, finishedAt, files } =
      this.row
    const { bytes, done } = this
    const bytesPerSecond = state === 'running' ? this.#speed.bytesPerSecond : null
    return {
      id,
      reference,
      name: files[0]?.name ?? '',
      state,
      repo,
      revision,
      quantization,
      files: files.map(file => ({
        name: file.name,
        bytes: file.bytes,
        done: doneOf(file),
        sha256: file.sha256 ?? file.hash,
        verified: file.state !== 'waiting',
      })),
      bytes,
      done,
      bytesPerSecond,
      secondsLeft: secondsLeft(bytes - done, bytesPerSecond),
      retryAt: isActive(state) ? this.#retryAt : null,
      error,
      createdAt,
      finishedAt,
    }
  }

  #tell(): void {
    this.#toldDone = this.done
    this.#parts.bus.tell('download.changed', this.view())
  }
}

function doneOf(file: FileRow): number {
  return file.state === 'waiting' ? totalOf(file.record.written) : file.bytes
}

/** What a person is told of an error; defects are told without their text, as everywhere. */
export function tellable(error: unknown): ImpetusError {
  if (error instanceof ImpetusError) return error
  return new ImpetusError(
    'internal_error',
    'The download failed because of a defect in Impetus. See the log.',
    { cause: error },
  )
}
