import type { Hono } from 'hono'
import { createCompletion } from '../../contract/completions.ts'
import type { Prompt } from '../../engine/engine.ts'
import { modelOf, open, whole } from '../../generation/ask.ts'
import type { Generation } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { type AnsweringParts, stream } from '../answering.ts'
import { type Head, newHead } from '../wire.ts'
import { CompletionAnswer } from './answer.ts'
import { chunksOf, textChunk } from './chunks.ts'
import { completionRequest } from './prompt.ts'

export function completionRoutes(app: Hono<Env>, parts: AnsweringParts): void {
  serve(app, createCompletion, async ({ body, context, signal }) => {
    const request = completionRequest(body)
    const model = await modelOf(parts.library, body.model)
    const head = newHead('cmpl', model.id, parts.version)
    const opening = open(parts.generator, { route: createCompletion.path, model, request }, context, signal)
    const echo = (generation: Generation) => (body.echo ? promptText(request.prompt, generation, signal) : '')
    if (body.stream) {
      const includeUsage = body.stream_options?.include_usage ?? false
      return stream(parts, opening, generation => chunks(generation, echo, head, includeUsage), context)
    }
    await using generation = await opening
    return await whole(generation, new CompletionAnswer(head, await echo(generation)))
  })
}

async function* chunks(
  generation: Generation,
  echo: (generation: Generation) => string | Promise<string>,
  head: Head,
  includeUsage: boolean,
) {
  const prompt = await echo(generation)
  if (prompt !== '') yield textChunk(prompt, head)
  for await (const delta of generation.deltas) yield* chunksOf(delta, head, includeUsage)
}

function promptText(prompt: Prompt, generation: Generation, signal: AbortSignal): string | Promise<string> {
  switch (prompt.kind) {
    case 'text':
      return prompt.text
    case 'tokens':
      return generation.model.detokenize(prompt.tokens, signal)
    case 'infill':
      return prompt.prefix
    case 'chat':
      return ''
  }
}
