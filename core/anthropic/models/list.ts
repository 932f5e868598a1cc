import type { AnthropicModel, AnthropicModelPage } from '../../contract/anthropic.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { FactsState, InstalledModel } from '../../library/types.ts'

/** A model as Anthropic shows it. `contextLength`: tokens that prompt and answer may have together. */
export function modelOf(
  model: InstalledModel,
  facts: FactsState,
  contextLength: number | null,
): AnthropicModel {
  return {
    type: 'model',
    id: model.id,
    display_name: (facts.state === 'known' ? facts.facts.name : null) ?? model.id,
    created_at: new Date(model.modifiedAt).toISOString(),
    max_input_tokens: contextLength,
    max_tokens: contextLength,
  }
}

export interface PageQuery {
  readonly limit?: string
  readonly after_id?: string
  readonly before_id?: string
}

const mostModels = 1000

/** A page of the list. Without a limit it has all that Anthropic's largest page would. */
export function pageOf(models: readonly AnthropicModel[], query: PageQuery): AnthropicModelPage {
  const limit = query.limit === undefined ? mostModels : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostModels) {
    throw new ImpetusError('invalid_value', `"limit" must be a whole number from 1 to ${mostModels}.`, {
      param: 'limit',
    })
  }
  const place = (id: string) => models.findIndex(model => model.id === id)
  const start = query.after_id === undefined ? 0 : place(query.after_id) + 1
  const end = query.before_id === undefined ? models.length : Math.max(0, place(query.before_id))
  const rest = models.slice(start, end)
  const backwards = query.before_id !== undefined && query.after_id === undefined
  const data = backwards ? rest.slice(-limit) : rest.slice(0, limit)
  return {
    data,
    has_more: data.length < rest.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}
