import { basename } from 'node:path'
import type { z } from 'zod'
import type { llamaProps, llamaSlots } from '../contract/llama-server.ts'
import type { LoadedFacts } from '../engine/engine.ts'
import type { FactsState, InstalledModel } from '../library/types.ts'

type Props = z.output<typeof llamaProps.response>
type Slots = z.output<typeof llamaSlots.response>

export interface PropsFacts {
  readonly model: InstalledModel
  readonly facts: FactsState
  /** Undefined where the model is not in memory. */
  readonly loaded: Pick<LoadedFacts, 'contextLength' | 'slots'> | undefined
  /** Tokens that the model gets when it is loaded. */
  readonly planned: number | null
  readonly version: string
}

export function propsOf({ model, facts, loaded, planned, version }: PropsFacts): Props {
  return {
    default_generation_settings: { n_ctx: loaded?.contextLength ?? planned },
    total_slots: loaded?.slots ?? null,
    model_alias: model.id,
    // Where a person keeps files is nobody's business.
    model_path: basename(model.path),
    chat_template: (facts.state === 'known' ? facts.facts.chatTemplate : null) ?? '',
    modalities: { vision: false, audio: false },
    is_sleeping: loaded === undefined,
    build_info: `impetus-${version}`,
  }
}

/** Requests fill the slots from the first on; further ones wait. */
export function slotsOf(loaded: Pick<LoadedFacts, 'contextLength' | 'slots'>, requests: number): Slots {
  return Array.from({ length: loaded.slots }, (_, id) => ({
    id,
    n_ctx: loaded.contextLength,
    is_processing: id < requests,
  }))
}
