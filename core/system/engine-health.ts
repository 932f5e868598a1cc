import { ImpetusError } from '../contract/errors.ts'
import type { Status } from '../contract/status.ts'
import type { Engine } from '../engine/engine.ts'

/**
 * An engine whose last word about itself is remembered. Nothing is tried at start: a machine without a working
 * engine still serves its dashboard, and says so after the first request.
 */
export function observed(engine: Engine): {
  readonly engine: Engine
  readonly health: () => Status['engine']
} {
  let reason: string | null = null
  return {
    engine: {
      name: engine.name,
      async load(source, options) {
        try {
          const model = await engine.load(source, options)
          reason = null
          return model
        } catch (error) {
          if (error instanceof ImpetusError && error.code === 'engine_unavailable') reason = error.message
          throw error
        }
      },
    },
    health: () => ({ name: engine.name, available: reason === null, reason }),
  }
}
