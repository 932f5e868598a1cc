import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { list } from './openai.ts'

const mostDocuments = 2048

const document = z.union([z.string(), z.looseObject({ text: z.string() })], {
  error: 'must be a text or an object with a text',
})
export type WireDocument = z.output<typeof document>

export const rerank = endpoint({
  id: 'rerank',
  method: 'post',
  path: '/v1/rerank',
  aliases: ['/rerank', '/v2/rerank', '/v1/reranking', '/reranking', '/v1/v1/rerank'],
  summary: 'How well documents answer a query, the best first (as Jina and Cohere have it)',
  scope: 'inference',
  request: z
    .looseObject({
      model: z
        .string()
        .nullish()
        .meta({ description: 'A model with the capability "rerank" from /v1/models' }),
      query: z.string(),
      documents: list(document, mostDocuments),
      top_n: z.int().min(1).nullish().meta({ description: 'So many of the best; all where it is missing' }),
      return_documents: z.boolean().nullish().meta({ description: 'Give the documents back too' }),
    })
    .meta({ id: 'RerankRequest' }),
  response: z
    .object({
      id: z.string(),
      object: z.literal('list'),
      model: z.string(),
      results: z.array(
        z.object({
          index: z.int().meta({ description: 'Of the document in the request' }),
          relevance_score: z.number().meta({ description: '0 to 1' }),
          document: z.object({ text: z.string() }).optional(),
        }),
      ),
      usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
    })
    .meta({ id: 'Ranking' }),
})
