import type { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import type { OllamaAnsweringParts } from './answering.ts'
import { ollamaChatRoutes } from './chat/routes.ts'
import { ollamaEmbedRoutes } from './embed-routes.ts'
import { ollamaGenerateRoutes } from './generate/routes.ts'
import { type OllamaManageParts, ollamaManageRoutes } from './manage-routes.ts'
import { type OllamaModelParts, ollamaModelRoutes } from './models/routes.ts'
import { ollamaPage } from './page.ts'
import { type OllamaPullParts, ollamaPullRoutes } from './pull/routes.ts'

export interface OllamaParts
  extends OllamaAnsweringParts,
    OllamaModelParts,
    OllamaPullParts,
    OllamaManageParts {
  /** The port opened for Ollama's clients; null where there is none. */
  readonly ollamaPort: () => number | null
}

/** Ollama's dialect. */
export function ollamaRoutes(app: Hono<Env>, parts: OllamaParts): void {
  ollamaPage(app, parts.ollamaPort)
  ollamaModelRoutes(app, parts)
  ollamaChatRoutes(app, parts)
  ollamaGenerateRoutes(app, parts)
  ollamaEmbedRoutes(app, parts)
  ollamaPullRoutes(app, parts)
  ollamaManageRoutes(app, parts)
}
