import { ImpetusError } from '../contract/errors.ts'
import type { TopicData } from '../contract/events.ts'
import type { LoadedModel } from '../engine/engine.ts'
import type { Bus } from '../platform/bus.ts'
import type { Log } from '../platform/log.ts'
import { type Decision, decide, type ResidentView } from './decide.ts'
import { goesAt, type IdleView, idlePlan } from './idle.ts'
import { type MemoryNeed, Needs } from './needs.ts'
import { type CrashLimit, Quarantine } from './quarantine.ts'
import { doesNotFit, quarantined, shuttingDown } from './refusals.ts'
import { type Gone, isCrash, Resident, type ResidentParts } from './resident.ts'
import { statesOf, waitingForSlots } from './states.ts'
import type { AcquireOptions, Lease, MemoryState, ModelState, Residency } from './types.ts'
import { idlest } from './victims.ts'
import { type QueueLimit, queueFull, Waiters } from './waiters.ts'

/** All are read when they are needed, so that changed settings hold at once. */
export interface ResidencyLimits {
  /** What a model will take, from its file. By default nothing: then everything fits. */
  readonly need?: (modelId: string, available: number, signal: AbortSignal) => Promise<MemoryNeed>
  /** Bytes for all models together; by default without limit. */
  readonly budget?: () => number
  readonly isPinned?: (modelId: string) => boolean
  /** Milliseconds that a model stays without work; by default for good. */
  readonly keepMilliseconds?: (modelId: string) => number
  readonly queue?: () => QueueLimit
}

export interface ResidencyParts extends ResidentParts, ResidencyLimits {
  readonly crashLimit: () => CrashLimit
  readonly bus: Bus
  readonly log: Log
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

const unlimited: Required<ResidencyLimits> = {
  need: async () => ({ bytes: 0, computeBytes: 0 }),
  budget: () => Number.MAX_SAFE_INTEGER,
  isPinned: () => false,
  keepMilliseconds: () => Number.POSITIVE_INFINITY,
  queue: () => ({ length: 1024, milliseconds: 600_000 }),
}

/** Longest time a timer can be set to. */
const longestTimer = 2 ** 31 - 1

/** Keeps models in memory: a queue, and effects around the pure `decide`. See README.md in this folder. */
export class ModelResidency implements Residency {
  readonly #parts: ResidencyParts & Required<ResidencyLimits>
  readonly #now: () => number
  readonly #quarantine: Quarantine
  readonly #needs: Needs
  readonly #residents = new Map<string, Resident>()
  readonly #waiters = new Waiters(() => this.#turn())
  #idleTimer: NodeJS.Timeout | undefined
  #stopped = false
  #turning = false
  #turnAgain = false

  constructor(parts: ResidencyParts) {
    this.#parts = { ...unlimited, ...parts }
    this.#now = parts.now ?? (() => performance.now())
    this.#quarantine = new Quarantine(parts.crashLimit, this.#now)
    this.#needs = new Needs({
      estimate: this.#parts.need,
      found: () => this.#turn(),
      failed: (id, error) => {
        this.#failed(id, error)
        this.#turn()
      },
    })
  }

  async start(): Promise<void> {
    this.#stopped = false
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#idleTimer)
    this.#needs.stop()
    this.#waiters.rejectAll(shuttingDown())
    const residents = [...this.#residents.values()]
    for (const resident of residents) resident.unload()
    await Promise.all(residents.map(resident => resident.gone))
  }

  acquire(modelId: string, signal: AbortSignal, options: AcquireOptions = {}): Promise<Lease> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#stopped) return Promise.reject(shuttingDown())
    const reason = this.#quarantine.reason(modelId)
    if (reason !== undefined) return Promise.reject(quarantined(modelId, reason))
    const limit = this.#parts.queue()
    const waiting = this.#waiting()
    if (waiting >= limit.length && !this.#hasRoom(modelId)) return Promise.reject(queueFull(waiting))
    const lease = this.#waiters.join(modelId, signal, options, limit.milliseconds)
    this.#turn()
    return lease
  }

  async unload(modelId: string): Promise<void> {
    const resident = this.#residents.get(modelId)
    if (resident === undefined) return
    resident.leaving = true
    this.#turn()
    await resident.gone
  }

  relieve(): boolean {
    const resident = this.#residents.get(idlest(this.#views())?.id ?? '')
    if (resident === undefined) return false
    this.#parts.log.info('model unloaded for want of memory', { model: resident.id, bytes: resident.bytes })
    resident.leaving = true
    this.#turn()
    return true
  }

  reconsider(): void {
    for (const { modelId } of this.#waiters.all) this.#needs.forget(modelId)
    this.#turn()
  }

  states(): readonly ModelState[] {
    return statesOf({
      residents: [...this.#residents.values()],
      leftAlone: this.#quarantine.entries(),
      waiting: id => this.#waiters.all.filter(({ modelId }) => modelId === id).length,
      isPinned: this.#parts.isPinned,
      goesAt: resident => {
        const at = goesAt(this.#idleView(resident))
        return at === undefined ? null : Math.round(Date.now() + at - this.#now())
      },
    })
  }

  memory(): MemoryState {
    const usedBytes = [...this.#residents.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    return { budgetBytes: this.#parts.budget(), usedBytes, waiting: this.#waiting() }
  }

  /** Whether a request would be computed at once. */
  #hasRoom(modelId: string): boolean {
    const resident = this.#residents.get(modelId)
    return resident?.phase === 'loaded' && resident.leases < (resident.model?.facts.slots ?? 0)
  }

  /** For a model, or for a slot of it. */
  #waiting(): number {
    const forSlots = [...this.#residents.values()].map(waitingForSlots)
    return forSlots.reduce((sum, count) => sum + count, this.#waiters.all.length)
  }

  /** Looks at everything anew and acts. A call from within (a bus listener, say) is done after the one under way. */
  #turn(): void {
    this.#turnAgain = true
    if (this.#turning || this.#stopped) return
    this.#turning = true
    try {
      while (this.#turnAgain) {
        this.#turnAgain = false
        this.#askForNeeds()
        const waiters = this.#waiters.all.map(({ ticket, modelId }) => {
          return { ticket, modelId, bytes: this.#needs.of(modelId)?.bytes }
        })
        const view = { residents: this.#views(), waiters, budget: this.#parts.budget() }
        for (const decision of decide(view)) this.#apply(decision)
        this.#letIdleGo()
      }
    } finally {
      this.#turning = false
    }
  }

  #views(): ResidentView[] {
    return [...this.#residents.values()].map(({ id, phase, leases, lastUsed, openUntil, leaving, bytes }) => {
      return { id, phase, leases, lastUsed, openUntil, leaving, bytes, pinned: this.#parts.isPinned(id) }
    })
  }

  #askForNeeds(): void {
    for (const { modelId } of this.#waiters.all)
      if (!this.#residents.has(modelId)) this.#needs.ask(modelId, this.#availableTo(modelId))
  }

  /** What a model could take if everything but the pinned ones made way for it. */
  #availableTo(modelId: string): number {
    const pinned = this.#pinned().filter(({ id }) => id !== modelId)
    return this.#parts.budget() - pinned.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #pinned(): Resident[] {
    return [...this.#residents.values()].filter(({ id, leaving }) => this.#parts.isPinned(id) && !leaving)
  }

  /** Marks what has been idle for long enough, and sees to it that somebody looks again in time. */
  #letIdleGo(): void {
    const now = this.#now()
    const plan = idlePlan(
      [...this.#residents.values()].map(resident => this.#idleView(resident)),
      now,
    )
    for (const id of plan.expired) {
      const resident = this.#residents.get(id)
      if (resident === undefined || resident.leaving) continue
      resident.leaving = true
      this.#turnAgain = true
    }
    clearTimeout(this.#idleTimer)
    if (plan.next === undefined) return
    this.#idleTimer = setTimeout(() => this.#turn(), Math.min(longestTimer, Math.ceil(plan.next - now)))
    this.#idleTimer.unref()
  }

  #idleView({ id, phase, leases, lastUsed, keepMilliseconds }: Resident): IdleView {
    const pinned = this.#parts.isPinned(id)
    const keep = keepMilliseconds ?? this.#parts.keepMilliseconds(id)
    return { id, phase, leases, pinned, lastUsed, keepMilliseconds: keep }
  }

  #apply(decision: Decision): void {
    switch (decision.do) {
      case 'grant':
        this.#grant(decision.ticket)
        break
      case 'load':
        this.#load(decision.modelId)
        break
      case 'refuse':
        this.#refuse(decision.modelId, decision.bytes)
        break
      case 'unload':
        this.#residents.get(decision.modelId)?.unload(decision.roomFor)
        break
      default:
        this.#residents.get(decision.modelId)?.unload()
    }
  }

  #grant(ticket: number): void {
    const waiter = this.#waiters.take(ticket)
    const resident = waiter && this.#residents.get(waiter.modelId)
    if (waiter === undefined || resident?.model === undefined) return
    resident.leases++
    resident.keepMilliseconds = waiter.options.keepMilliseconds
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
    const need = this.#needs.of(id)
    if (need === undefined) return
    this.#needs.forget(id)
    const resident = new Resident(id, need, this.#now(), {
      progressed: progress => this.#tell(id, 'loading', { progress }),
      loaded: model => this.#loaded(resident, model),
      unloading: roomFor => this.#tell(id, 'unloading', { roomFor }),
      gone: gone => this.#gone(id, gone),
    })
    const available = this.#availableTo(id)
    this.#residents.set(id, resident)
    this.#tell(id, 'loading', { progress: 0 })
    void resident.load(this.#parts, available)
  }

  #refuse(id: string, bytes: number): void {
    this.#needs.forget(id)
    const error = doesNotFit({ id, bytes, budget: this.#parts.budget(), pinned: this.#pinned() })
    this.#waiters.rejectAll(error, id)
  }

  #loaded(resident: Resident, model: LoadedModel): void {
    resident.openUntil = this.#waiters.nextTicket
    resident.lastUsed = this.#now()
    const { loadMilliseconds, memoryBytes, contextLength } = model.facts
    resident.bytes = this.#needs.measured(resident.id, resident.need, memoryBytes)
    const estimatedBytes = resident.need.bytes
    const facts = { loadMilliseconds, memoryBytes, estimatedBytes, contextLength }
    this.#parts.log.info('model loaded', { model: resident.id, ...facts })
    this.#tell(resident.id, 'loaded')
    this.#turn()
  }

  #gone(id: string, gone: Gone): void {
    this.#residents.delete(id)
    if (gone.by === 'unload') this.#unloaded(id, gone.error)
    else if (gone.by === 'failure') this.#failed(id, gone.error)
    else this.#crashed(id, gone.reason)
    this.#turn()
  }

  #unloaded(id: string, error: unknown): void {
    if (error !== undefined) this.#parts.log.error('model did not end cleanly', error, { model: id })
    this.#tell(id, 'unloaded')
  }

  /** Nobody's request is tried again: what fails to load would most likely fail again, and loading takes long. */
  #failed(id: string, error: unknown): void {
    const reason = error instanceof ImpetusError ? error.message : 'An unexpected error: see the log.'
    this.#parts.log.error('model not loaded', error, { model: id })
    this.#waiters.rejectAll(error, id)
    if (isCrash(error)) this.#crashed(id, reason)
    else this.#tell(id, 'unloaded', { reason })
  }

  #crashed(id: string, reason: string): void {
    this.#parts.log.warn('model crashed', { model: id, reason })
    this.#tell(id, 'crashed', { reason })
    const tooMany = this.#quarantine.crashed(id, reason)
    if (tooMany === undefined) return
    this.#parts.log.warn('model quarantined', { model: id, reason: tooMany })
    this.#tell(id, 'quarantined', { reason: tooMany })
    this.#waiters.rejectAll(quarantined(id, tooMany), id)
  }

  #tell(
    model: string,
    state: TopicData<'model.changed'>['state'],
    more: { progress?: number; reason?: string; roomFor?: string | undefined } = {},
  ): void {
    const { progress = null, reason = null, roomFor = null } = more
    this.#parts.bus.tell('model.changed', { model, state, progress, reason, roomFor })
  }
}
