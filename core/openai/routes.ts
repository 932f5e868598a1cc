import type { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import type { AnsweringParts } from './answering.ts'
import { chatRoutes } from './chat/routes.ts'
import { completionRoutes } from './completions/routes.ts'
import { type ModelParts, modelRoutes } from './models/routes.ts'
import { type ResponseParts, responseRoutes } from './responses/routes.ts'

export type OpenAiParts = AnsweringParts & ModelParts & ResponseParts

/** OpenAI's dialect. */
export function openAiRoutes(app: Hono<Env>, parts: OpenAiParts): void {
  modelRoutes(app, parts)
  chatRoutes(app, parts)
  completionRoutes(app, parts)
  responseRoutes(app, parts)
}
