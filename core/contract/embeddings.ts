import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** OpenAI's limit. */
const mostInputs = 2048

export type WireInput = string | readonly string[] | readonly number[] | readonly (readonly number[])[]

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(one => Number.isSafeInteger(one) && one >= 0)
}

/** By hand: a zod union of lists would write an issue for every one of a hundred thousand tokens. */
const input = z
  .custom<WireInput>(value => {
    if (typeof value === 'string') return true
    if (!Array.isArray(value) || value.length === 0) return false
    if (isTokens(value)) return true
    const isList = value.every(one => typeof one === 'string') || value.every(isTokens)
    return isList && value.length <= mostInputs
  }, `must be a text, tokens, or a list of at most ${mostInputs} texts or lists of tokens`)
  .meta({ description: `A text, tokens, or a list of at most ${mostInputs} of either` })

export const createEmbeddings = endpoint({
  id: 'createEmbeddings',
  method: 'post',
  path: '/v1/embeddings',
  aliases: ['/embeddings', '/v1/v1/embeddings'],
  summary: 'Vectors for texts',
  scope: 'inference',
  request: z
    .looseObject({
      model: z
        .string()
        .nullish()
        .meta({ description: 'An id from /v1/models; the default model where it is missing' }),
      input,
      encoding_format: z
        .enum(['float', 'base64'])
        .nullish()
        .meta({ description: 'base64: the 32-bit floats of a vector, little-endian' }),
      dimensions: z
        .int()
        .min(1)
        .nullish()
        .meta({ description: 'Keep so many leading elements; only models trained for it stay good' }),
    })
    .meta({ id: 'EmbeddingRequest' }),
  response: z
    .object({
      object: z.literal('list'),
      model: z.string(),
      data: z.array(
        z.object({
          object: z.literal('embedding'),
          index: z.int(),
          embedding: z.union([z.array(z.number()), z.string()]).meta({ description: 'Of length 1' }),
        }),
      ),
      usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
    })
    .meta({ id: 'Embeddings' }),
})
