import type { Hono } from 'hono'
import { createChatCompletion } from '../../contract/chat.ts'
import { modelOf, open, whole } from '../../generation/ask.ts'
import type { Generation } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { type AnsweringParts, stream } from '../answering.ts'
import { newHead } from '../wire.ts'
import { ChatAnswer } from './answer.ts'
import { chunksOf, firstChunk } from './chunks.ts'
import { chatRequest } from './prompt.ts'

export function chatRoutes(app: Hono<Env>, parts: AnsweringParts): void {
  serve(app, createChatCompletion, async ({ body, context, signal }) => {
    const request = chatRequest(body)
    const model = await modelOf(parts.library, body.model)
    const head = newHead('chatcmpl', model.id, parts.version)
    const opening = open(
      parts.generator,
      { route: createChatCompletion.path, model, request },
      context,
      signal,
    )
    if (body.stream) {
      const includeUsage = body.stream_options?.include_usage ?? false
      return stream(parts, opening, generation => chunks(generation, head, includeUsage), context)
    }
    await using generation = await opening
    return await whole(generation, new ChatAnswer(head))
  })
}

async function* chunks({ deltas }: Generation, head: ReturnType<typeof newHead>, includeUsage: boolean) {
  yield firstChunk(head)
  for await (const delta of deltas) yield* chunksOf(delta, head, includeUsage)
}
