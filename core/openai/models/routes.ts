import type { Hono } from 'hono'
import {
  getModel,
  listModels,
  loadOpenAiModel,
  switchModel,
  unloadOpenAiModel,
  type WireModel,
} from '../../contract/models.ts'
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

export function modelRoutes(app: Hono<Env>, parts: ModelParts): void {
  const { library } = parts
  serve(app, listModels, async ({ signal }) => {
    await library.listReady(signal)
    const data = library.list().map(model => view(parts, model, library.factsNow(model.id)))
    return { object: 'list' as const, data }
  })
  serve(app, getModel, async ({ params, signal }) => {
    const model = await library.resolve(params.id ?? '')
    return view(parts, model, await library.facts(model.id, signal))
  })
  serve(app, loadOpenAiModel, ({ params, signal }) => load(parts, params.id, signal))
  serve(app, switchModel, async ({ params, signal }) => {
    const loaded = await load(parts, params.id, signal)
    await unloadIdle(parts.residency, loaded.id)
    return loaded
  })
  serve(app, unloadOpenAiModel, async ({ params, signal }) => {
    const model = await library.resolve(params.id ?? '')
    await parts.residency.unload(model.id)
    return view(parts, model, await library.facts(model.id, signal))
  })
}

async function load(parts: ModelParts, name: string | undefined, signal: AbortSignal): Promise<WireModel> {
  const model = await parts.library.resolve(name ?? '')
  await using _lease = await parts.residency.acquire(model.id, signal)
  return view(parts, model, await parts.library.facts(model.id, signal))
}

/** Only models that nobody waits for: taking a busy one away is not this request's to ask. */
async function unloadIdle(residency: Residency, except: string): Promise<void> {
  const idle = residency
    .states()
    .filter(({ id, state, leases, pinned }) => id !== except && state === 'loaded' && leases === 0 && !pinned)
  await Promise.all(idle.map(({ id }) => residency.unload(id)))
}

function view(parts: ModelParts, model: InstalledModel, facts: FactsState): WireModel {
  const state = parts.residency.states().find(one => one.id === model.id)
  const planned =
    facts.state === 'known' ? parts.contextLength(facts.facts.trainedContextLength, model.id) : null
  return wireModel({
    model,
    facts,
    state,
    isDefault: parts.library.default()?.id === model.id,
    contextLength: state?.contextLength ?? planned,
  })
}
