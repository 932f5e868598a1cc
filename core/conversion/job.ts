import type { Conversion, ConversionTarget, ForeignModel } from '../contract/conversions.ts'
import { ImpetusError } from '../contract/errors.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'

export interface JobFacts {
  readonly id: string
  readonly model: ForeignModel
  readonly to: ConversionTarget
  readonly file: string
  readonly bytes: number
  readonly notes: readonly string[]
}

/** Sooner than after this much, the time left would be a guess. */
const surestShare = 0.02

/** One conversion: what is known of it, told on the bus as it changes. */
export class Job {
  readonly #facts: JobFacts
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #cancelled = new AbortController()
  readonly #createdAt: number
  #state: Conversion['state'] = 'queued'
  #share = 0
  #beganAt = 0
  #model: string | null = null
  #error: Conversion['error'] = null
  #finishedAt: number | null = null

  constructor(facts: JobFacts, { bus, clock }: { readonly bus: Bus; readonly clock: Clock }) {
    this.#facts = facts
    this.#bus = bus
    this.#clock = clock
    this.#createdAt = clock.now()
  }

  get id(): string {
    return this.#facts.id
  }

  get file(): string {
    return this.#facts.file
  }

  get to(): ConversionTarget {
    return this.#facts.to
  }

  get bytes(): number {
    return this.#facts.bytes
  }

  get source(): string {
    return this.#facts.model.path
  }

  get title(): string {
    return this.#facts.model.name
  }

  get state(): Conversion['state'] {
    return this.#state
  }

  get ended(): boolean {
    return this.#finishedAt !== null
  }

  get done(): number {
    return Math.floor(this.#share * this.bytes)
  }

  /** Aborts when it is cancelled. */
  get signal(): AbortSignal {
    return this.#cancelled.signal
  }

  begin(): void {
    this.#state = 'running'
    this.#beganAt = this.#clock.monotonic()
    this.tell()
  }

  progress(share: number): void {
    this.#share = Math.min(1, share)
    if (!this.ended) this.tell()
  }

  verify(): void {
    this.#share = 1
    this.#state = 'verifying'
    this.tell()
  }

  finish(model: string | null): void {
    this.#model = model
    this.#end('done')
  }

  cancel(): void {
    if (this.ended) return
    this.#end('cancelled')
    this.#cancelled.abort(new ImpetusError('client_closed', 'The conversion was cancelled.'))
  }

  /** What is cancelled stays so, whatever its end looked like. */
  fail(error: unknown): void {
    if (this.ended) return
    const told = tellable(error)
    this.#error = { code: told.code, message: told.message }
    this.#end('failed')
  }

  view(): Conversion {
    const { id, model, to, file, bytes, notes } = this.#facts
    return {
      id,
      source: model.name,
      format: model.format,
      to,
      file,
      state: this.#state,
      bytes,
      done: this.done,
      secondsLeft: this.#secondsLeft(),
      notes: [...notes],
      model: this.#model,
      error: this.#error,
      createdAt: this.#createdAt,
      finishedAt: this.#finishedAt,
    }
  }

  tell(): void {
    this.#bus.tell('conversion.changed', this.view())
  }

  #end(state: 'done' | 'failed' | 'cancelled'): void {
    this.#state = state
    this.#finishedAt = this.#clock.now()
    this.tell()
  }

  #secondsLeft(): number | null {
    if (this.#state !== 'running' || this.#share < surestShare) return null
    const seconds = (this.#clock.monotonic() - this.#beganAt) / 1000
    return (seconds / this.#share) * (1 - this.#share)
  }
}

/** Defects are told without their text, as everywhere. */
function tellable(error: unknown): ImpetusError {
  if (error instanceof ImpetusError) return error
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EEXIST')
    return new ImpetusError(
      'conflict',
      'Meanwhile there is a file of that name. Give the new one another name.',
    )
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ImpetusError('insufficient_storage', 'The disk is full. Free some space, then try again.')
  return new ImpetusError(
    'internal_error',
    'The conversion failed because of a defect in Impetus. See the log.',
  )
}
