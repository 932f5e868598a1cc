import { ImpetusError } from '../../contract/errors.ts'
import type { Engine, LoadedModel, LoadOptions, ModelSource } from '../engine.ts'
import { ScriptedModel } from './model.ts'
import { pause } from './pause.ts'

/** Milliseconds of pretended work, so that tests can abort in the middle of it. All 0 by default. */
export interface ScriptedOptions {
  readonly contextLength?: number
  readonly loadMilliseconds?: number
  readonly prefillMilliseconds?: number
  readonly wordMilliseconds?: number
}

export interface ScriptedEngine extends Engine {
  /** Every loaded model dies as a killed runner would. */
  crash(reason: string): void
}

/**
 * A deterministic second implementation of the engine interface, without native code: for tests of everything around
 * an engine. It calls the first fitting tool, then answers plainly. `serve --engine scripted` says so loudly.
 */
export function createScriptedEngine(options: ScriptedOptions = {}): ScriptedEngine {
  const loaded = new Set<ScriptedModel>()
  return {
    name: 'scripted',
    async load(source: ModelSource, load: LoadOptions): Promise<LoadedModel> {
      load.onProgress?.(0)
      await pause(options.loadMilliseconds ?? 0, load.signal)
      load.onProgress?.(1)
      const contextLength = load.contextLength ?? options.contextLength ?? 131_072
      const model = new ScriptedModel(source.id, { ...options, contextLength })
      loaded.add(model)
      void model.ended.then(() => loaded.delete(model))
      return model
    },
    crash(reason) {
      const error = new ImpetusError(
        'engine_crashed',
        `The scripted engine was told to crash: ${reason}. Send it again.`,
      )
      for (const model of loaded) model.end({ by: 'crash', reason }, error)
    },
  }
}
