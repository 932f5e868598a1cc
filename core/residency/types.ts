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
  /** Tokens of one slot, once loaded. */
  readonly contextLength: number | null
  readonly reason: string | null
}

/** Which models are in memory. Callers never look at a model's state first: they acquire, and that is a promise of readiness. */
export interface Residency {
  /**
   * Loads the model if it must (unloading another that is idle, after waiting for it), and holds it. Joins a load
   * already under way. Rejects with the load's error, `model_quarantined`, or the signal's reason.
   */
  acquire(modelId: string, signal: AbortSignal): Promise<Lease>
  unload(modelId: string): Promise<void>
  states(): readonly ModelState[]
  start(): Promise<void>
  /** Ends every model. */
  stop(): Promise<void>
}
