import { setTimeout as sleep } from 'node:timers/promises'
import type { Hono } from 'hono'
import { getModel, listModels, type WireModel } from '../../contract/models.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import type { FactsState, InstalledModel, Library } from '../../library/types.ts'
import type { Residency } from '../../residency/types.ts'
import { wireModel } from './list.ts'

export interface ModelParts {
  readonly library: Library
  readonly residency: Residency
  /** The context that this model, trained for so many tokens, gets by its configuration. */
  readonly contextLength: (trained: number, modelId: string) => number
}

/** How long a list waits for files that nobody has read yet. Where there are many, a later list knows more of them. */
const patienceMilliseconds = 1500

export function modelRoutes(app: Hono<Env>, parts: ModelParts): void {
  const { library } = parts
  serve(app, listModels, async ({ signal }) => {
    await library.settled()
    await Promise.race([library.readAhead(), sleep(patienceMilliseconds, undefined, { signal, ref: false })])
    const data = library.list().map(model => view(parts, model, library.factsNow(model.id)))
    return { object: 'list' as const, data }
  })
  serve(app, getModel, async ({ params, signal }) => {
    const model = await library.resolve(params.id ?? '')
    return view(parts, model, await library.facts(model.id, signal))
  })
}

function view(parts: ModelParts, model: InstalledModel, facts: FactsState): WireModel {
  const state = parts.residency.states().find(one => one.id === model.id)
  const planned = facts.state === 'known' ? parts.contextLength(facts.facts.trainedContextLength, model.id) : null
  return wireModel({
    model,
    facts,
    state,
    isDefault: parts.library.default()?.id === model.id,
    contextLength: state?.contextLength ?? planned,
  })
}
