import type { Hono } from 'hono'
import { ollamaPs, ollamaShow, ollamaTags, ollamaVersion } from '../../contract/ollama.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import type { Library } from '../../library/types.ts'
import type { Residency } from '../../residency/types.ts'
import { namedModel } from '../answering.ts'
import { running, shown, tagged } from './models.ts'

export interface OllamaModelParts {
  readonly library: Library
  readonly residency: Residency
  /** The context that this model, trained for so many tokens, gets by the settings. */
  readonly contextLength: (trained: number, modelId: string) => number
  /** Of Impetus. */
  readonly version: string
  /** Names that people gave, and the ids of the models that have them. */
  readonly givenNames: () => ReadonlyMap<string, string>
}

/** The version of Ollama whose API this is. Codex refuses any below 0.13.4. */
const ollamaApi = '0.13.4'

export function ollamaModelRoutes(app: Hono<Env>, parts: OllamaModelParts): void {
  const { library, residency, contextLength, version, givenNames } = parts
  serve(app, ollamaVersion, () => ({ version: ollamaApi, impetus: version }))

  serve(app, ollamaTags, async ({ signal }) => {
    await library.listReady(signal)
    const copies = [...givenNames()].map(([name, id]) => ({ model: library.find(id), name }))
    const all = [...library.list().map(model => ({ model, name: model.id })), ...copies]
    const models = all.flatMap(({ model, name }) =>
      model === undefined ? [] : [tagged(model, library.factsNow(model.id), name)],
    )
    return { models }
  })

  serve(app, ollamaPs, () => {
    const models = residency.states().flatMap(state => {
      const model = state.state === 'loaded' ? library.find(state.id) : undefined
      return model === undefined ? [] : [running(model, library.factsNow(model.id), state)]
    })
    return { models }
  })

  serve(app, ollamaShow, async ({ body, signal }) => {
    const model = await namedModel(library, body.model ?? body.name)
    const facts = await library.facts(model.id, signal)
    const loaded = residency.states().find(one => one.id === model.id)?.contextLength ?? null
    const planned = facts.state === 'known' ? contextLength(facts.facts.trainedContextLength, model.id) : null
    return shown(model, facts, loaded ?? planned)
  })
}
