import type { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { type CompletionParts, llamaCompletionRoutes } from './completion-routes.ts'
import { llamaStateRoutes, type StateParts } from './state-routes.ts'
import { llamaTextRoutes, type TextParts } from './text-routes.ts'

export type LlamaServerParts = CompletionParts & StateParts & TextParts

/** What editors ask of llama.cpp's own server. */
export function llamaServerRoutes(app: Hono<Env>, parts: LlamaServerParts): void {
  llamaStateRoutes(app, parts)
  llamaTextRoutes(app, parts)
  llamaCompletionRoutes(app, parts)
}
