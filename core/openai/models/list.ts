import type { WireModel } from '../../contract/models.ts'
import { thinks } from '../../generation/reasoning/thinks.ts'
import type { FactsState, InstalledModel } from '../../library/types.ts'
import type { ModelState } from '../../residency/types.ts'

export interface ModelView {
  readonly model: InstalledModel
  readonly facts: FactsState
  /** Undefined where the model is not in memory. */
  readonly state: ModelState | undefined
  readonly isDefault: boolean
  /** Tokens of the context that the model has, or would get. */
  readonly contextLength: number | null
}

/** A model as OpenAI's list shows it, with what clients of other servers read beside it. */
export function wireModel({ model, facts, state, isDefault, contextLength }: ModelView): WireModel {
  const known = facts.state === 'known' ? facts.facts : undefined
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(model.modifiedAt / 1000),
    owned_by: model.origin,
    default: isDefault,
    description: model.description,
    aliases: [...model.aliases],
    context_length: contextLength,
    max_model_len: contextLength,
    format: model.format,
    architecture: known?.architecture ?? null,
    quantization: known?.quantization ?? null,
    size: model.bytes,
    capabilities: capabilitiesOf(facts),
    meta: {
      n_ctx: contextLength,
      n_ctx_train: known?.trainedContextLength ?? null,
      n_params: known?.parameters ?? null,
      n_vocab: known?.vocabularySize ?? null,
      size: model.bytes,
    },
    status: statusOf(facts, state),
  }
}

function capabilitiesOf(facts: FactsState): WireModel['capabilities'] {
  if (facts.state !== 'known') return []
  const { kind, hasChatTemplate, chatTemplate, supportsTools, supportsInfill } = facts.facts
  if (kind === 'embedding') return ['embedding']
  if (kind === 'reranking') return ['rerank']
  if (kind === 'other') return []
  return [
    'completion',
    ...(hasChatTemplate ? (['chat'] as const) : []),
    ...(supportsTools ? (['tools'] as const) : []),
    ...(thinks(chatTemplate) ? (['reasoning'] as const) : []),
    ...(supportsInfill ? (['infill'] as const) : []),
  ]
}

function statusOf(facts: FactsState, state: ModelState | undefined): WireModel['status'] {
  if (state !== undefined) return { value: state.state, progress: state.progress, reason: state.reason }
  if (facts.state === 'invalid') return { value: 'invalid', progress: null, reason: facts.reason }
  const templateError = facts.state === 'known' ? facts.facts.templateError : null
  const reason = templateError === null ? null : `Its chat template cannot be used: ${templateError}`
  return { value: 'unloaded', progress: null, reason }
}
