import type { Engine } from '../engine/engine.ts'
import { createScriptedEngine, type ScriptedOptions } from '../engine/scripted/scripted.ts'
import { Bus } from '../platform/bus.ts'
import type { Log } from '../platform/log.ts'
import { ModelResidency, type ResidencyLimits } from './residency.ts'
import type { Lease } from './types.ts'

export const never = new AbortController().signal
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

export interface HomeOptions extends ScriptedOptions {
  readonly load?: Engine['load']
  /** Milliseconds; a clock to turn by hand (`later`) where absent. */
  readonly now?: () => number
}

/** A residency with room for one model over the scripted engine, and all it tells the bus as `model state`. */
export function home({ load, now, ...options }: HomeOptions = {}, limits: ResidencyLimits = {}) {
  const scripted = createScriptedEngine(options)
  const engine: Engine = { name: 'scripted', load: load ?? scripted.load }
  const told: string[] = []
  const bus = new Bus(error => {
    throw error
  })
  bus.listen((topic, data) => {
    if (topic === 'model.changed' && 'state' in data && 'model' in data) {
      if (!('progress' in data && data.progress)) told.push(`${data.model} ${data.state}`)
    }
  })
  let time = 0
  const residency = new ModelResidency({
    engine,
    source: async id => ({ id, path: `/models/${id}.gguf` }),
    loadOptions: () => ({}),
    crashLimit: () => ({ count: 5, seconds: 60 }),
    bus,
    log: silent,
    now: now ?? (() => time),
    need: async () => ({ bytes: 1, computeBytes: 0 }),
    budget: () => 1,
    ...limits,
  })
  const later = (milliseconds: number) => {
    time += milliseconds
  }
  return { residency, scripted, told, later }
}

/** Whether a promise is still open after everything that can happen now has happened. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol()
  await new Promise(resolve => setImmediate(resolve))
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending
}

export async function release(lease: Lease): Promise<void> {
  await lease[Symbol.asyncDispose]()
}
