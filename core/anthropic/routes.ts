import type { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { type MessageParts, messageRoutes } from './messages/routes.ts'
import { type AnthropicModelParts, anthropicModelRoutes } from './models/routes.ts'

export type AnthropicParts = MessageParts & AnthropicModelParts

/** Anthropic's dialect. Mounted before OpenAI's, which shares the paths of the models with it. */
export function anthropicRoutes(app: Hono<Env>, parts: AnthropicParts): void {
  anthropicModelRoutes(app, parts)
  messageRoutes(app, parts)
}
