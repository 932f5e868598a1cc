import type { Hono } from 'hono'
import { type LmStudioModel, lmStudioModel, lmStudioModels } from '../contract/lmstudio.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { FactsState, InstalledModel, Library } from '../library/types.ts'
import type { Residency } from '../residency/types.ts'
import { lmStudioEntry } from './list.ts'

export interface LmStudioParts {
  readonly library: Library
  readonly residency: Residency
  /** The context that this model, trained for so many tokens, gets by the settings. */
  readonly contextLength: (trained: number, modelId: string) => number
}

/** LM Studio's lists of models, by which editors find local ones. */
export function lmStudioRoutes(app: Hono<Env>, parts: LmStudioParts): void {
  const { library } = parts
  serve(app, lmStudioModels, async ({ signal }) => {
    await library.listReady(signal)
    const data = library.list().map(model => view(parts, model, library.factsNow(model.id)))
    return { object: 'list' as const, data }
  })
  serve(app, lmStudioModel, async ({ params, signal }) => {
    const model = await library.resolve(params.id ?? '')
    return view(parts, model, await library.facts(model.id, signal))
  })
}

function view(parts: LmStudioParts, model: InstalledModel, facts: FactsState): LmStudioModel {
  const inMemory = parts.residency.states().find(one => one.id === model.id)
  const planned =
    facts.state === 'known' ? parts.contextLength(facts.facts.trainedContextLength, model.id) : null
  return lmStudioEntry(model, facts, inMemory, planned)
}
