import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, rm } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Conversion, ConversionTarget, ForeignModel } from '../contract/conversions.ts'
import { ImpetusError } from '../contract/errors.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Converter } from './converter.ts'
import { Job } from './job.ts'
import { freeName, usualName } from './names.ts'

export interface ConversionsParts {
  /** `$IMPETUS_HOME/models`, which is there. */
  readonly models: string
  readonly converter: Converter
  /** Path of a model that the library has found, by its id. */
  readonly pathOf: (id: string) => string | undefined
  /** @throws `insufficient_storage` where so many bytes do not fit into the models folder */
  readonly requireSpace: (bytes: number) => Promise<void>
  /** Reads the finished file as every model is read before it is loaded. @throws `invalid_model` */
  readonly verify: (path: string, signal: AbortSignal) => Promise<unknown>
  /** Tells the library of a new file; answers the model's id, where it has listed it. */
  readonly onFileReady: (path: string) => Promise<string | null>
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
}

export interface ConversionOrder {
  /** Absolute path, or the id of a model that the library has found. */
  readonly source: string
  readonly to: ConversionTarget
  readonly name?: string | undefined
}

/** Ended ones that stay on the list. */
const kept = 50

/**
 * Makes GGUF files of other models, one after another: each takes a whole core and as much of the disk as it gets. A
 * file appears under its name when it is whole and has been read back; what a conversion leaves when it is cancelled or
 * fails, or when the core is killed, is removed.
 */
export class Conversions {
  readonly #parts: ConversionsParts
  /** The oldest first. */
  #jobs: Job[] = []
  #turning: Promise<void> | undefined
  #stopped = false

  constructor(parts: ConversionsParts) {
    this.#parts = parts
  }

  /** Removes what a core that was killed had been writing. */
  async start(): Promise<void> {
    await rm(this.#drafts, { recursive: true, force: true })
  }

  /** Ends the conversions; they are not taken up again. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const job of this.#jobs) job.cancel()
    await this.#turning
  }

  /** The newest first. */
  list(): Conversion[] {
    return this.#jobs.map(job => job.view()).reverse()
  }

  /** @throws `not_found` where there is nothing, `not_convertible` where it is nothing that is known */
  async describe(source: string, signal: AbortSignal): Promise<ForeignModel> {
    const path = this.#parts.pathOf(source) ?? source
    if (!isAbsolute(path))
      throw new ImpetusError('not_found', 'There is no such model. Name a folder by its absolute path.', {
        param: 'source',
      })
    const model = await this.#parts.converter.describe(path, signal)
    if (model !== null) return model
    throw new ImpetusError(
      'not_convertible',
      'That is no model of a format that is known: SafeTensors, MLX, PyTorch, ONNX or Core ML.',
      { param: 'source' },
    )
  }

  /**
   * Begins a conversion, or puts it behind the one that runs.
   *
   * @throws ImpetusError as `describe`; `not_convertible` with the reason; `conflict` where the name is taken;
   * `insufficient_storage`
   */
  async add({ source, to, name }: ConversionOrder, signal: AbortSignal): Promise<Conversion> {
    const model = await this.describe(source, signal)
    const { conversion } = model
    if (!conversion.possible)
      throw new ImpetusError('not_convertible', conversion.reason, { param: 'source' })
    const bytes = conversion.bytes[to]
    const file = `${name ?? usualName(model.name, to)}.gguf`
    if (this.#isTaken(file) || (await lstat(join(this.#parts.models, file)).catch(() => undefined)))
      throw new ImpetusError('conflict', `There is a "${file}" already. Give the new one another name.`, {
        param: 'name',
      })
    await this.#parts.requireSpace(bytes + this.#outstanding())
    // Looked at again: others may have asked for the same meanwhile. Nothing waits from here on.
    if (this.#isTaken(file))
      throw new ImpetusError('conflict', `"${file}" is being made already.`, { param: 'name' })
    const id = `cv_${randomBytes(8).toString('hex')}`
    const job = new Job({ id, model, to, file, bytes, notes: conversion.notes }, this.#parts)
    this.#forgetOld()
    this.#jobs.push(job)
    job.tell()
    this.#turning ??= this.#turn().finally(() => {
      this.#turning = undefined
    })
    return job.view()
  }

  /** @throws `not_found`, `conflict` where it has ended */
  cancel(id: string): Conversion {
    const job = this.#jobs.find(each => each.id === id)
    if (job === undefined) throw new ImpetusError('not_found', 'There is no conversion with that id.')
    if (job.ended) throw new ImpetusError('conflict', `This conversion is ${job.state} already.`)
    job.cancel()
    return job.view()
  }

  get #drafts(): string {
    return join(this.#parts.models, '.conversions')
  }

  #forgetOld(): void {
    const ended = this.#jobs.filter(job => job.ended)
    const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - kept)))
    this.#jobs = this.#jobs.filter(job => !forgotten.has(job))
  }

  #isTaken(file: string): boolean {
    return this.#jobs.some(job => !job.ended && freeName(job.file) === freeName(file))
  }

  #outstanding(): number {
    return this.#jobs.reduce((sum, job) => (job.ended ? sum : sum + job.bytes - job.done), 0)
  }

  async #turn(): Promise<void> {
    for (;;) {
      const next = this.#jobs.find(job => job.state === 'queued')
      if (next === undefined || this.#stopped) return
      await this.#run(next)
    }
  }

  async #run(job: Job): Promise<void> {
    const { converter, verify, onFileReady, models, log } = this.#parts
    const folder = join(this.#drafts, job.id)
    const draft = join(folder, job.file)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      job.begin()
      const order = { source: job.source, file: draft, to: job.to, name: job.title }
      await converter.convert(order, share => job.progress(share), job.signal)
      job.verify()
      await verify(draft, job.signal)
      job.signal.throwIfAborted()
      const path = join(models, job.file)
      // A link is refused where the name is taken, and is there at once.
      await link(draft, path)
      job.finish(await onFileReady(path))
      log.info('A model was converted', { conversion: job.id, to: job.to, bytes: job.bytes })
    } catch (error) {
      job.fail(error)
      if (job.state === 'failed')
        log.warn('A conversion failed', { conversion: job.id, error: String(error) })
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(error =>
        log.error('What a conversion left could not be removed', error, { conversion: job.id }),
      )
    }
  }
}
