import type { LoadedModel } from '../engine/engine.ts'

/** A model held in memory for as long as the lease lives: `await using lease = await residency.acquire(id, signal)`. */
export interface Lease extends AsyncDisposable {
  readonly model: LoadedModel
}

export interface ModelState {
  readonly id: string
  readonly state: 'loading' | 'loaded' | 'unloading' | 'quarantined'
  readonly progress: number | null
  readonly leases: number
  /** Requests that it computes at a time, once loaded. */
  readonly slots: number | null
  /** Requests that wait for it, or for a slot of it. */
  readonly waiting: number
  /** Tokens of one slot, once loaded. */
  readonly contextLength: number | null
  readonly reason: string | null
  /** Memory it takes: estimated while it loads, corrected by what was measured then. */
  readonly bytes: number
  /** Never unloaded for another model, nor by time. */
  readonly pinned: boolean
  /** Milliseconds since 1970 when it goes by itself; null while it works, and for one that stays. */
  readonly unloadsAt: number | null
}

export interface AcquireOptions {
  /** Milliseconds that the model stays loaded after this request; Infinity: for good. Absent: as configured. */
  readonly keepMilliseconds?: number
}

export interface MemoryState {
  /** What all models may take together. */
  readonly budgetBytes: number
  readonly usedBytes: number
  /** Requests that wait for a model. */
  readonly waiting: number
}

/** Which models are in memory. Callers never look at a model's state first: they acquire, and that is a promise of readiness. */
export interface Residency {
  /**
   * Loads the model if it must (unloading others that are idle, after waiting for them), and holds it. Joins a load
   * already under way. Rejects with the load's error, `insufficient_memory`, `queue_full`, `queue_timeout`,
   * `model_quarantined`, or the signal's reason.
   */
  acquire(modelId: string, signal: AbortSignal, options?: AcquireOptions): Promise<Lease>
  /** Fulfils when the model is gone; running work is waited for. */
  unload(modelId: string): Promise<void>
  /** The system is short of memory: gives up one idle model. False where there is none to give. */
  relieve(): boolean
  /** Pins, times or the budget have changed: looks at everything again. */
  reconsider(): void
  states(): readonly ModelState[]
  memory(): MemoryState
  start(): Promise<void>
  /** Ends every model. */
  stop(): Promise<void>
}
