import { ImpetusError } from '../contract/errors.ts'
import type { TopicData } from '../contract/events.ts'
import type { LoadedModel } from '../engine/engine.ts'
import type { Bus } from '../platform/bus.ts'
import type { Log } from '../platform/log.ts'
import { type Decision, decide } from './decide.ts'
import { type CrashLimit, Quarantine } from './quarantine.ts'
import { type Gone, Resident, type ResidentParts } from './resident.ts'
import type { Lease, ModelState, Residency } from './types.ts'

export interface ResidencyParts extends ResidentParts {
  readonly crashLimit: () => CrashLimit
  readonly bus: Bus
  readonly log: Log
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

interface Waiter {
  readonly ticket: number
  readonly modelId: string
  readonly resolve: (lease: Lease) => void
  readonly reject: (error: unknown) => void
}

/** One model at a time for now; a budget in bytes is to replace this number. */
const places = 1

/** Keeps models in memory: a queue, and effects around the pure `decide`. See README.md in this folder. */
export class ModelResidency implements Residency {
  readonly #parts: ResidencyParts
  readonly #now: () => number
  readonly #quarantine: Quarantine
  readonly #residents = new Map<string, Resident>()
  readonly #waiters: Waiter[] = []
  #nextTicket = 0
  #stopped = false
  #turning = false
  #turnAgain = false

  constructor(parts: ResidencyParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => performance.now())
    this.#quarantine = new Quarantine(parts.crashLimit, this.#now)
  }

  async start(): Promise<void> {
    this.#stopped = false
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const waiter of [...this.#waiters]) this.#reject(waiter, shuttingDown())
    const residents = [...this.#residents.values()]
    for (const resident of residents) resident.unload()
    await Promise.all(residents.map(resident => resident.gone))
  }

  acquire(modelId: string, signal: AbortSignal): Promise<Lease> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#stopped) return Promise.reject(shuttingDown())
    const reason = this.#quarantine.reason(modelId)
    if (reason !== undefined) return Promise.reject(quarantined(modelId, reason))

    const { promise, resolve, reject } = Promise.withResolvers<Lease>()
    const leave = () => {
      this.#reject(waiter, signal.reason)
      this.#turn()
    }
    const settled = () => signal.removeEventListener('abort', leave)
    void promise.then(settled, settled)
    signal.addEventListener('abort', leave, { once: true })
    const waiter: Waiter = { ticket: this.#nextTicket++, modelId, resolve, reject }
    this.#waiters.push(waiter)
    this.#turn()
    return promise
  }

  async unload(modelId: string): Promise<void> {
    const resident = this.#residents.get(modelId)
    if (resident === undefined) return
    resident.leaving = true
    this.#turn()
    await resident.gone
  }

  states(): readonly ModelState[] {
    const inMemory = [...this.#residents.values()].map(
      ({ id, phase, progress, leases, model }): ModelState => {
        const contextLength = model?.facts.contextLength ?? null
        const part = phase === 'loading' ? progress : null
        return { id, state: phase, progress: part, leases, contextLength, reason: null }
      },
    )
    const leftAlone = [...this.#quarantine.entries()].map(([id, reason]): ModelState => {
      return { id, state: 'quarantined', progress: null, leases: 0, contextLength: null, reason }
    })
    return [...inMemory, ...leftAlone]
  }

  /** Looks at everything anew and acts. A call from within (a bus listener, say) is done after the one under way. */
  #turn(): void {
    this.#turnAgain = true
    if (this.#turning || this.#stopped) return
    this.#turning = true
    try {
      while (this.#turnAgain) {
        this.#turnAgain = false
        const residents = [...this.#residents.values()]
        for (const decision of decide({ residents, waiters: this.#waiters, places })) this.#apply(decision)
      }
    } finally {
      this.#turning = false
    }
  }

  #apply(decision: Decision): void {
    if (decision.do === 'grant') this.#grant(decision.ticket)
    else if (decision.do === 'load') this.#load(decision.modelId)
    else this.#residents.get(decision.modelId)?.unload()
  }

  #grant(ticket: number): void {
    const waiter = this.#waiters.find(one => one.ticket === ticket)
    const resident = waiter && this.#residents.get(waiter.modelId)
    if (waiter === undefined || resident?.model === undefined) return
    this.#remove(waiter)
    resident.leases++
    let held = true
    const release = async () => {
      if (!held) return
      held = false
      resident.leases--
      resident.lastUsed = this.#now()
      this.#turn()
    }
    waiter.resolve({ model: resident.model, [Symbol.asyncDispose]: release })
  }

  #load(id: string): void {
    const resident = new Resident(id, this.#now(), {
      progressed: progress => this.#tell(id, 'loading', { progress }),
      loaded: model => this.#loaded(resident, model),
      unloading: () => this.#tell(id, 'unloading'),
      gone: gone => this.#gone(id, gone),
    })
    this.#residents.set(id, resident)
    this.#tell(id, 'loading', { progress: 0 })
    void resident.load(this.#parts)
  }

  #loaded(resident: Resident, model: LoadedModel): void {
    resident.openUntil = this.#nextTicket
    const { loadMilliseconds, memoryBytes, contextLength } = model.facts
    this.#parts.log.info('model loaded', { model: resident.id, loadMilliseconds, memoryBytes, contextLength })
    this.#tell(resident.id, 'loaded')
    this.#turn()
  }

  #gone(id: string, gone: Gone): void {
    this.#residents.delete(id)
    if (gone.by === 'unload') this.#unloaded(id, gone.error)
    else if (gone.by === 'failure') this.#failed(id, gone)
    else this.#crashed(id, gone.reason)
    this.#turn()
  }

  #unloaded(id: string, error: unknown): void {
    if (error !== undefined) this.#parts.log.error('model did not end cleanly', error, { model: id })
    this.#tell(id, 'unloaded')
  }

  /** Nobody's request is tried again: what fails to load would most likely fail again, and loading takes long. */
  #failed(id: string, { error, crash }: Extract<Gone, { by: 'failure' }>): void {
    const reason = error instanceof ImpetusError ? error.message : 'An unexpected error: see the log.'
    this.#parts.log.error('model not loaded', error, { model: id })
    this.#rejectAll(id, error)
    if (crash) this.#crashed(id, reason)
    else this.#tell(id, 'unloaded', { reason })
  }

  #crashed(id: string, reason: string): void {
    this.#parts.log.warn('model crashed', { model: id, reason })
    this.#tell(id, 'crashed', { reason })
    const tooMany = this.#quarantine.crashed(id, reason)
    if (tooMany === undefined) return
    this.#parts.log.warn('model quarantined', { model: id, reason: tooMany })
    this.#tell(id, 'quarantined', { reason: tooMany })
    this.#rejectAll(id, quarantined(id, tooMany))
  }

  #rejectAll(modelId: string, error: unknown): void {
    for (const waiter of this.#waiters.filter(one => one.modelId === modelId)) this.#reject(waiter, error)
  }

  #reject(waiter: Waiter, error: unknown): void {
    this.#remove(waiter)
    waiter.reject(error)
  }

  #remove(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter)
    if (at !== -1) this.#waiters.splice(at, 1)
  }

  #tell(
    model: string,
    state: TopicData<'model.changed'>['state'],
    more: { progress?: number; reason?: string } = {},
  ): void {
    const { progress = null, reason = null } = more
    this.#parts.bus.tell('model.changed', { model, state, progress, reason })
  }
}

function shuttingDown(): ImpetusError {
  return new ImpetusError(
    'shutting_down',
    'Impetus is shutting down. Send the request again when it is back.',
  )
}

function quarantined(modelId: string, reason: string): ImpetusError {
  const next = 'Use another model, run "impetus doctor", or restart Impetus to try it again'
  return new ImpetusError('model_quarantined', `The model ${modelId} is left alone: ${reason.replace(/\.?$/, '.')} ${next}.`, {
    param: 'model',
  })
}
