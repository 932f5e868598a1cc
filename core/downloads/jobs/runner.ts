import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import { type FreeBytes, requireSpace } from '../transfer/disk.ts'
import { DiskFull } from '../transfer/part-file.ts'
import { isActive } from './commands.ts'
import { type Job, tellable } from './job.ts'
import { discard, jobFolder, type RunParts, runJob } from './run.ts'

/** A file that was fetched, with what the hub promised of it and what it hashed to. */
export interface FetchedFile {
  readonly path: string
  readonly promised: string | null
  readonly sha256: string | null
}

/** Hears of each model that is whole, checked and in the models folder: the path of its first file, and all of them. */
export type OnFileReady = (path: string, files: readonly FetchedFile[]) => void | Promise<void>

export interface RunnerParts extends RunParts {
  /** In the order of the queue. */
  readonly jobs: () => readonly Job[]
  readonly freeBytes: FreeBytes
  readonly onFileReady: OnFileReady
}

/** Other programs write too: the reserve is looked at again this often. */
const diskMilliseconds = 5000

/** Runs the jobs of the queue, as many at a time as the settings say. */
export class Runner {
  readonly #parts: RunnerParts
  readonly #running = new Map<
    string,
    { readonly controller: AbortController; readonly ended: Promise<void> }
  >()
  #isOpen = false

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  start(): void {
    this.#isOpen = true
    this.pump()
  }

  /** Ends every transfer and leaves the jobs' states as they are. */
  async stop(): Promise<void> {
    this.#isOpen = false
    const running = [...this.#running.values()]
    for (const { controller } of running)
      controller.abort(new ImpetusError('shutting_down', 'Impetus is ending.'))
    await Promise.all(running.map(({ ended }) => ended))
  }

  /** Starts what may run. Called whenever a job was queued or ended. */
  pump(): void {
    if (!this.#isOpen) return
    const { jobs, settings } = this.#parts
    for (const job of jobs()) {
      if (this.#running.size >= settings().parallel) return
      if (job.state !== 'queued' || this.#running.has(job.id)) continue
      const controller = new AbortController()
      const ended = this.#run(job, controller).finally(() => {
        this.#running.delete(job.id)
        this.pump()
      })
      this.#running.set(job.id, { controller, ended })
    }
  }

  /** Ends a job's transfer, if it runs, and waits until its files are closed. */
  async end(job: Job): Promise<void> {
    const running = this.#running.get(job.id)
    running?.controller.abort(new Error(`The download is ${job.state}.`))
    await running?.ended
  }

  /** Never rejects. */
  async #run(job: Job, controller: AbortController): Promise<void> {
    const { log, models, settings, freeBytes } = this.#parts
    const { signal } = controller
    const stopWatching = this.#watch(job, controller)
    try {
      job.setState('running')
      requireSpace(await freeBytes(models), job.bytes - job.done, settings().reserveBytes)
      const path = await runJob(job, this.#parts, signal)
      // First, so that whoever hears "done" finds the model in the list.
      await this.#tellReady(path, job)
      job.setState('done')
      log.info('A model was fetched', { download: job.id, name: job.row.files[0]?.name, bytes: job.bytes })
    } catch (error) {
      // Paused, cancelled or ending: whoever did it has already said so.
      if (signal.aborted && !(signal.reason instanceof StorageLow)) return
      await this.#fail(job, signal.aborted ? signal.reason : error)
    } finally {
      stopWatching()
    }
  }

  async #fail(job: Job, error: unknown): Promise<void> {
    const { log, models } = this.#parts
    const told = tellable(error)
    log.warn('A download failed', { download: job.id, code: told.code, reason: told.message })
    if (told !== error) log.error('The cause of the failed download', error, { download: job.id })
    try {
      // Where not a byte is left on the disk, what cannot be finished must not stay in everybody's way.
      if (error instanceof DiskFull) await discard(job, models)
      else if (job.done === 0) await rm(jobFolder(models, job), { recursive: true, force: true })
    } catch (fault) {
      log.error('What a failed download left could not be removed', fault, { download: job.id })
    }
    try {
      // Cancelled in the meantime, it stays so.
      if (isActive(job.state)) job.setState('failed', told)
    } catch (fault) {
      log.error('A failed download could not be recorded', fault, { download: job.id })
      job.showFailed(told)
    }
  }

  async #tellReady(path: string, { row }: Job): Promise<void> {
    const { onFileReady, log, models } = this.#parts
    try {
      const files = row.files.map(({ name, sha256, hash }) => ({
        path: join(models, name),
        promised: sha256,
        sha256: hash,
      }))
      await onFileReady(path, files)
    } catch (error) {
      log.error('The library did not take a fetched model', error)
    }
  }

  /** Tells of progress, and looks at the disk, until the returned function is called. */
  #watch(job: Job, controller: AbortController): () => void {
    const { clock, models, settings, freeBytes } = this.#parts
    const stopTelling = job.watch()
    let cancel: (() => void) | undefined
    const look = async () => {
      if ((await freeBytes(models)) < settings().reserveBytes) controller.abort(new StorageLow())
      else if (!controller.signal.aborted) again()
    }
    const again = () => {
      // A disk that cannot be asked will say so at the next write.
      cancel = clock.after(diskMilliseconds, () => void look().catch(again))
    }
    again()
    return () => {
      stopTelling()
      cancel?.()
    }
  }
}

class StorageLow extends ImpetusError {
  constructor() {
    super(
      'insufficient_storage',
      'The disk has less free space than is kept in reserve. Free some, then try again; what is there already is kept.',
    )
  }
}
