import type { Verification } from '../../contract/library.ts'
import type { FileTools } from '../../engine/inspector/tools.ts'
import type { Bus } from '../../platform/bus.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Hashes } from '../store/hashes.ts'
import type { InstalledModel } from '../types.ts'
import { judge, nextToHash, printsOf, promiseFor } from './choose.ts'

export interface HashingParts {
  readonly models: () => readonly InstalledModel[]
  readonly hashes: Hashes
  readonly tools: FileTools
  /** Whether the machine has better to do, or runs on its battery: then nothing is begun. */
  readonly busy: () => boolean
  readonly mode: () => 'all' | 'duplicates' | 'off'
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds from the start, and between two files, in which nothing is read. */
  readonly pause?: { readonly start: number; readonly between: number }
}

interface Work {
  readonly model: string
  readonly done: number
  readonly bytes: number
}

/** A machine that has just been started has better things to do. */
const usualPause = { start: 60_000, between: 2_000 }

/**
 * Computes the SHA-256 of models, one file at a time in a child of the lowest priority, and verifies a model when a
 * person asks. What was computed stays until the file changes.
 */
export class Hashing {
  readonly #parts: HashingParts
  readonly #verifications = new Map<string, Verification>()
  readonly #failed = new Set<string>()
  readonly #stopped = new AbortController()
  readonly #pause: { readonly start: number; readonly between: number }
  #working: Promise<void> = Promise.resolve()
  #cancelTimer: (() => void) | undefined
  #work: Work | null = null
  #asleep = false
  #unlisten: (() => void) | undefined

  constructor(parts: HashingParts) {
    this.#parts = parts
    this.#pause = parts.pause ?? usualPause
  }

  start(): void {
    // Where nothing is left to read, nothing looks again until something has changed.
    this.#unlisten = this.#parts.bus.listen(topic => {
      if (topic !== 'models.changed' && topic !== 'settings.changed') return
      if (this.#asleep) this.#wait(this.#pause.between)
    })
    this.#wait(this.#pause.start)
  }

  async stop(): Promise<void> {
    this.#unlisten?.()
    this.#cancelTimer?.()
    this.#stopped.abort(new Error('Impetus is ending.'))
    await this.#working
  }

  /** What is being read in the background. */
  get work(): Work | null {
    return this.#work
  }

  verification(model: InstalledModel): Verification | null {
    return this.#verifications.get(keyOf(model)) ?? null
  }

  /** Of each part: null where it is not known. */
  sha256(model: InstalledModel): (string | null)[] {
    return printsOf(model).map(print => this.#parts.hashes.get(print) ?? null)
  }

  /** Begins to read the whole model anew. Joins what is under way for it. */
  verify(model: InstalledModel): Verification {
    const known = this.#verifications.get(keyOf(model))
    if (known?.state === 'running' || known?.state === 'waiting') return known
    const waiting = this.#tell(model, { state: 'waiting', done: 0 })
    this.#working = this.#working.then(() => this.#verify(model))
    return waiting
  }

  async #verify(model: InstalledModel): Promise<void> {
    if (this.#stopped.signal.aborted) return
    const found: string[] = []
    let done = 0
    try {
      this.#tell(model, { state: 'running', done })
      for (const [index, path] of model.parts.entries()) {
        const before = done
        const known = this.#parts.hashes.get(printsOf(model)[index] ?? '')
        const { sha256, print } = await this.#read(path, bytes => {
          done = before + bytes
          this.#tell(model, { state: 'running', done })
        })
        done = before + Number(print.split(':')[1])
        const promise = promiseFor(model, path, this.#parts.hashes.promised(path), known)
        if (promise !== undefined && promise.sha256 !== sha256) {
          this.#tell(model, { state: 'differs', done, comparedWith: promise.source })
          return
        }
        this.#parts.hashes.save(print, sha256, this.#parts.clock.now())
        found.push(promise?.source ?? '')
      }
      this.#tell(model, { done, ...judge(found) })
    } catch (error) {
      if (this.#stopped.signal.aborted) return
      this.#tell(model, {
        state: 'failed',
        done,
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  }

  #tell(model: InstalledModel, now: Partial<Verification> & Pick<Verification, 'state'>): Verification {
    const hasEnded = now.state !== 'waiting' && now.state !== 'running'
    const verification: Verification = {
      done: 0,
      bytes: model.bytes,
      comparedWith: null,
      reason: null,
      finishedAt: hasEnded ? this.#parts.clock.now() : null,
      ...now,
    }
    this.#verifications.set(keyOf(model), verification)
    this.#parts.bus.tell('library.changed', { model: model.id, what: 'verification' })
    return verification
  }

  #wait(milliseconds: number): void {
    if (this.#stopped.signal.aborted) return
    this.#asleep = false
    this.#cancelTimer = this.#parts.clock.after(milliseconds, () => {
      this.#working = this.#working.then(async () => {
        const next = await this.#background()
        if (next === 'none') this.#asleep = true
        else this.#wait(next === 'later' ? this.#pause.start / 2 : this.#pause.between)
      })
    })
  }

  /** Reads one file, if now is the time for it and one is wanted. */
  async #background(): Promise<'read' | 'later' | 'none'> {
    const { models, hashes, mode, busy, log, clock, bus } = this.#parts
    if (this.#stopped.signal.aborted) return 'none'
    if (busy()) return 'later'
    const next = nextToHash(
      models(),
      mode(),
      print => hashes.get(print) !== undefined || this.#failed.has(print),
    )
    if (next === undefined) return 'none'
    const bytes = Number(next.print.split(':')[1])
    this.#work = { model: next.model.id, done: 0, bytes }
    try {
      const { sha256, print } = await this.#read(next.path, done => {
        this.#work = { model: next.model.id, done, bytes }
      })
      hashes.save(print, sha256, clock.now())
      // The file was replaced since the last look: the next scan knows it by its new print.
      if (print !== next.print) this.#failed.add(next.print)
    } catch (error) {
      this.#failed.add(next.print)
      if (!this.#stopped.signal.aborted)
        log.warn('the SHA-256 of a model was not computed', { model: next.model.id, error: String(error) })
    } finally {
      this.#work = null
    }
    bus.tell('library.changed', { model: next.model.id, what: 'hash' })
    return 'read'
  }

  #read(path: string, onProgress: (bytes: number) => void) {
    return this.#parts.tools.hash(path, this.#stopped.signal, onProgress)
  }
}

function keyOf(model: InstalledModel): string {
  return `${model.id} ${model.fingerprint}`
}
