import type { Hono } from 'hono'
import { llamaProps, llamaSlots } from '../contract/llama-server.ts'
import type { LoadedFacts } from '../engine/engine.ts'
import { modelOf } from '../generation/ask.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { InstalledModel, Library } from '../library/types.ts'
import type { Residency } from '../residency/types.ts'
import { propsOf, slotsOf } from './state.ts'

export interface StateParts {
  readonly library: Library
  readonly residency: Residency
  /** The context that this model, trained for so many tokens, gets by the settings. */
  readonly contextLength: (trained: number, modelId: string) => number
  /** Of Impetus. */
  readonly version: string
}

export function llamaStateRoutes(app: Hono<Env>, parts: StateParts): void {
  const { library, residency, contextLength, version } = parts
  serve(app, llamaProps, async ({ query, signal }) => {
    const model = await meant(parts, query.model)
    const facts = await library.facts(model.id, signal)
    const planned = facts.state === 'known' ? contextLength(facts.facts.trainedContextLength, model.id) : null
    const loaded = await loadedFacts(residency, model.id, signal)
    return propsOf({ model, facts, loaded, planned, version })
  })
  serve(app, llamaSlots, async ({ query, signal }) => {
    const model = await meant(parts, query.model)
    const requests = stateOf(residency, model.id)?.leases ?? 0
    const loaded = await loadedFacts(residency, model.id, signal)
    return loaded === undefined ? [] : slotsOf(loaded, requests)
  })
}

/** This API knows one model: the one that is loaded, else the one that would be. */
async function meant({ library, residency }: StateParts, name: string | undefined): Promise<InstalledModel> {
  const loaded = residency.states().find(one => one.state === 'loaded')
  return (name ? undefined : library.find(loaded?.id ?? '')) ?? (await modelOf(library, name))
}

function stateOf(residency: Residency, id: string) {
  return residency.states().find(one => one.id === id)
}

/** Looks at a model that is in memory; does not bring it there. */
async function loadedFacts(
  residency: Residency,
  id: string,
  signal: AbortSignal,
): Promise<LoadedFacts | undefined> {
  if (stateOf(residency, id)?.state !== 'loaded') return undefined
  await using lease = await residency.acquire(id, signal)
  return lease.model.facts
}
