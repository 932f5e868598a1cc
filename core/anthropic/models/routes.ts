import type { Context, Hono } from 'hono'
import type { AnthropicModel } from '../../contract/anthropic.ts'
import { getModel, listModels } from '../../contract/models.ts'
import type { Env } from '../../http/env.ts'
import { errorResponse, toImpetusError } from '../../http/errors.ts'
import { checkScope } from '../../http/serve.ts'
import type { InstalledModel, Library } from '../../library/types.ts'
import { anthropicEnvelope } from '../errors.ts'
import { modelOf, pageOf } from './list.ts'

export interface AnthropicModelParts {
  readonly library: Library
  /** The context that this model, trained for so many tokens, gets by the settings. */
  readonly contextLength: (trained: number, modelId: string) => number
}

/**
 * Answers `/v1/models` to Anthropic's clients, who say so by a header, and passes everybody else on: mounted before
 * OpenAI's routes of the same paths.
 */
export function anthropicModelRoutes(app: Hono<Env>, parts: AnthropicModelParts): void {
  const { library } = parts
  const mount = (paths: readonly string[], answer: (context: Context<Env>) => Promise<object>) => {
    app.on('GET', [...paths], async (context, next) => {
      if (context.req.header('anthropic-version') === undefined) return next()
      try {
        checkScope(context.get('principal'), listModels.scope)
        return context.json(await answer(context))
      } catch (error) {
        return errorResponse(toImpetusError(error), anthropicEnvelope)
      }
    })
  }
  mount([listModels.path, ...listModels.aliases], async context => {
    await library.listReady(context.get('signal'))
    return pageOf(
      library.list().map(model => view(parts, model)),
      context.req.query(),
    )
  })
  mount([getModel.path, ...getModel.aliases], async context => {
    return view(parts, await library.resolve(context.req.param('id') ?? ''))
  })
}

function view({ library, contextLength }: AnthropicModelParts, model: InstalledModel): AnthropicModel {
  const facts = library.factsNow(model.id)
  const tokens = facts.state === 'known' ? contextLength(facts.facts.trainedContextLength, model.id) : null
  return modelOf(model, facts, tokens)
}
