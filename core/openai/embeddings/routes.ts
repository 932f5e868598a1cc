import type { Hono } from 'hono'
import { createEmbeddings, type WireInput } from '../../contract/embeddings.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { hold, type VectorParts } from '../vectors.ts'

export function embeddingRoutes(app: Hono<Env>, parts: VectorParts): void {
  serve(app, createEmbeddings, async ({ body, signal }) => {
    const { dimensions, encoding_format: format } = body
    await using lease = await hold(parts, body.model, 'embeddings', signal)
    const { model } = lease
    const request = { inputs: inputsOf(body.input), ...(dimensions != null && { dimensions }) }
    const { vectors, promptTokens } = await model.embed(request, signal)
    mustHave(dimensions, vectors[0]?.length)
    return {
      object: 'list' as const,
      model: model.id,
      data: vectors.map((vector, index) => ({
        object: 'embedding' as const,
        index,
        embedding: format === 'base64' ? base64(vector) : [...vector],
      })),
      usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
    }
  })
}

/** A list of numbers is the tokens of one input. */
export function inputsOf(input: WireInput): readonly (string | readonly number[])[] {
  if (typeof input === 'string') return [input]
  if (input.every(one => typeof one === 'number')) return [input]
  return input as readonly (string | readonly number[])[]
}

/** The elements' bytes as they are in memory: every machine that Impetus runs on is little-endian. */
export function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

function mustHave(dimensions: number | null | undefined, length = 0): void {
  if (dimensions == null || dimensions <= length) return
  throw new ImpetusError(
    'invalid_value',
    `"dimensions" is ${dimensions}, but this model's vectors have ${length}. Ask for at most that many.`,
    { param: 'dimensions' },
  )
}
