import type { Hono } from 'hono'
import { ollamaEmbed, ollamaEmbeddings } from '../contract/ollama.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import { namedModel, type OllamaAnsweringParts } from './answering.ts'
import { keepOf } from './request.ts'
import { nanoseconds } from './speech.ts'

export function ollamaEmbedRoutes(
  app: Hono<Env>,
  { library, residency }: Pick<OllamaAnsweringParts, 'library' | 'residency'>,
): void {
  serve(app, ollamaEmbed, async ({ body, signal }) => {
    const began = performance.now()
    const { input, truncate, dimensions } = body
    const keep = keepOf(body)
    const model = await namedModel(library, body.model)
    await using lease = await residency.acquire(model.id, signal, keep)
    const loaded = performance.now()
    const inputs = typeof input === 'string' ? [input] : (input ?? [])
    const options = { truncate: truncate ?? true, ...(dimensions != null && { dimensions }) }
    const { vectors, promptTokens } =
      // Without an input this only loads the model, as everywhere in this API.
      inputs.length === 0
        ? { vectors: [], promptTokens: 0 }
        : await lease.model.embed({ inputs, ...options }, signal)
    return {
      model: body.model ?? model.id,
      embeddings: vectors.map(vector => Array.from(vector)),
      total_duration: nanoseconds(performance.now() - began),
      load_duration: nanoseconds(loaded - began),
      prompt_eval_count: promptTokens,
    }
  })

  serve(app, ollamaEmbeddings, async ({ body, signal }) => {
    const keep = keepOf(body)
    const model = await namedModel(library, body.model)
    await using lease = await residency.acquire(model.id, signal, keep)
    if (!body.prompt) return { embedding: [] }
    const request = { inputs: [body.prompt], truncate: true, normalise: false }
    const { vectors } = await lease.model.embed(request, signal)
    return { embedding: Array.from(vectors[0] ?? []) }
  })
}
