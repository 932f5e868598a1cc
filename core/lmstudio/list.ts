import type { LmStudioModel } from '../contract/lmstudio.ts'
import type { FactsState, InstalledModel } from '../library/types.ts'
import type { ModelState } from '../residency/types.ts'

/** A model as LM Studio shows it. `planned`: tokens that it gets when it is loaded. */
export function lmStudioEntry(
  model: InstalledModel,
  state: FactsState,
  inMemory: Pick<ModelState, 'state' | 'contextLength'> | undefined,
  planned: number | null,
): LmStudioModel {
  const facts = state.state === 'known' ? state.facts : undefined
  const loaded = inMemory?.state === 'loaded' ? inMemory.contextLength : null
  return {
    id: model.id,
    object: 'model',
    type: facts?.kind === 'embedding' || facts?.kind === 'reranking' ? 'embeddings' : 'llm',
    publisher: model.origin,
    arch: facts?.architecture ?? null,
    compatibility_type: model.format,
    quantization: facts?.quantization ?? null,
    state: stateOf(inMemory),
    max_context_length: planned,
    ...(loaded !== null && { loaded_context_length: loaded }),
    capabilities: facts?.supportsTools ? ['tool_use'] : [],
  }
}

function stateOf(inMemory: Pick<ModelState, 'state'> | undefined): LmStudioModel['state'] {
  const state = inMemory?.state
  return state === 'loaded' || state === 'loading' ? state : 'not-loaded'
}
