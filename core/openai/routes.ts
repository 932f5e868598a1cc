import type { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import type { AnsweringParts } from './answering.ts'
import { chatRoutes } from './chat/routes.ts'
import { completionRoutes } from './completions/routes.ts'
import { embeddingRoutes } from './embeddings/routes.ts'
import { type ModelParts, modelRoutes } from './models/routes.ts'
import { rerankRoutes } from './rerank/routes.ts'
import { type ResponseParts, responseRoutes } from './responses/routes.ts'
import { type TextParts, textRoutes } from './text/routes.ts'

export type OpenAiParts = AnsweringParts & ModelParts & ResponseParts & TextParts

/** OpenAI's dialect. */
export function openAiRoutes(app: Hono<Env>, parts: OpenAiParts): void {
  modelRoutes(app, parts)
  chatRoutes(app, parts)
  completionRoutes(app, parts)
  responseRoutes(app, parts)
  embeddingRoutes(app, parts)
  rerankRoutes(app, parts)
  textRoutes(app, parts)
}
