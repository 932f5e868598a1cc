import type { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { type CompletionParts, llamaCompletionRoutes } from './completion-routes.ts'
import { llamaStateRoutes, type StateParts } from './state-routes.ts'

export type LlamaServerParts = CompletionParts & StateParts

/** What editors ask of llama.cpp's own server, but for what it has in common with OpenAI's dialect. */
export function llamaServerRoutes(app: Hono<Env>, parts: LlamaServerParts): void {
  llamaStateRoutes(app, parts)
  llamaCompletionRoutes(app, parts)
}
