import type { Hono } from 'hono'
import { rerank, type WireDocument } from '../../contract/rerank.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { randomId } from '../../platform/random-id.ts'
import { hold, type VectorParts } from '../vectors.ts'

export function rerankRoutes(app: Hono<Env>, parts: VectorParts): void {
  serve(app, rerank, async ({ body, signal }) => {
    const documents = body.documents.map(textOf)
    await using lease = await hold(parts, body.model, 'ranking', signal)
    const { scores, promptTokens } = await lease.model.rank({ query: body.query, documents }, signal)
    return {
      id: `rerank-${randomId()}`,
      object: 'list' as const,
      model: lease.model.id,
      results: best(scores, body.top_n ?? scores.length).map(({ index, score }) => ({
        index,
        relevance_score: score,
        ...(body.return_documents && { document: { text: documents[index] ?? '' } }),
      })),
      usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
    }
  })
}

function textOf(document: WireDocument): string {
  return typeof document === 'string' ? document : document.text
}

/** The highest scores first; equal ones in the documents' order. */
export function best(scores: readonly number[], most: number): { index: number; score: number }[] {
  return scores
    .map((score, index) => ({ index, score }))
    .sort((one, two) => two.score - one.score)
    .slice(0, most)
}
