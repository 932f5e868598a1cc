import type { Hono } from 'hono'
import { listClients } from '../contract/clients.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Library } from '../library/types.ts'

export interface ConnectParts {
  readonly library: Pick<Library, 'resolve' | 'default' | 'facts'>
  /** The context that this model, trained for so many tokens, gets by the settings. */
  readonly contextLength: (trained: number, modelId: string) => number
  readonly address: () => string
  readonly needsKey: () => boolean
}

/** The recipes for clients, with the values of this server as they are now. */
export function connectRoutes(app: Hono<Env>, parts: ConnectParts): void {
  serve(app, listClients, async ({ query, signal }) => {
    // Only who asks pays for the writers of YAML and TOML: 0.3 MB of code.
    const { recipesFor } = await import('./recipes.ts')
    const address = query.address ?? parts.address()
    const needsKey = query.withKey === undefined ? parts.needsKey() : query.withKey === 'true'
    const model = await meant(parts, query.model, signal)
    return {
      address,
      model: model.model,
      needsKey,
      clients: recipesFor({ address, needsKey, ...model }),
    }
  })
}

async function meant(
  { library, contextLength }: ConnectParts,
  name: string | undefined,
  signal: AbortSignal,
) {
  const nothing = { contextLength: null, callsTools: true, fillsGaps: false }
  // Without any model there is still an address to paste.
  if (name === undefined && library.default() === undefined) return { model: 'MODEL', ...nothing }
  const { id } = await library.resolve(name)
  const state = await library.facts(id, signal)
  if (state.state !== 'known') return { model: id, ...nothing }
  const { trainedContextLength, supportsTools, supportsInfill } = state.facts
  return {
    model: id,
    contextLength: contextLength(trainedContextLength, id),
    callsTools: supportsTools,
    fillsGaps: supportsInfill,
  }
}
