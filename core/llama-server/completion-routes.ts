import type { Context, Hono } from 'hono'
import { type Common, llamaCompletion, llamaInfill } from '../contract/llama-server.ts'
import { modelOf, open, whole } from '../generation/ask.ts'
import type { AnswerRequest, Generation, Generator } from '../generation/types.ts'
import type { Env } from '../http/env.ts'
import { errorBody } from '../http/errors.ts'
import { serve } from '../http/serve.ts'
import { sseResponse } from '../http/sse.ts'
import type { Library } from '../library/types.ts'
import { Continuation, chosen } from './answer.ts'
import { completionRequest, infillRequest, isWarmUp } from './request.ts'

export interface CompletionParts {
  readonly library: Library
  readonly generator: Generator
}

export function llamaCompletionRoutes(app: Hono<Env>, parts: CompletionParts): void {
  serve(app, llamaCompletion, ({ body, context, signal }) =>
    answer(parts, llamaCompletion.path, body, completionRequest(body), context, signal),
  )
  serve(app, llamaInfill, ({ body, context, signal }) =>
    answer(parts, llamaInfill.path, body, infillRequest(body), context, signal),
  )
}

async function answer(
  { library, generator }: CompletionParts,
  route: string,
  body: Common,
  request: AnswerRequest,
  context: Context<Env>,
  signal: AbortSignal,
) {
  const model = await modelOf(library, body.model)
  const opening = open(generator, { route, model, request }, context, signal)
  if (body.stream) {
    // No [DONE]: this dialect's last event says so itself.
    const errorItems = (error: Parameters<typeof errorBody>[0]) => [JSON.stringify(errorBody(error))]
    return sseResponse(
      context,
      opening.then(generation => events(generation, body)),
      { errorItems },
    )
  }
  await using generation = await opening
  return chosen(await whole(generation, continuation(generation, body)), body.response_fields)
}

function continuation({ model, promptTokens }: Generation, body: Common): Continuation {
  return new Continuation(model.id, promptTokens, isWarmUp(body))
}

async function* events(generation: Generation, body: Common): AsyncGenerator<string> {
  await using _held = generation
  const said = continuation(generation, body)
  for await (const delta of generation.deltas) {
    if (delta.type !== 'end') for (const part of said.add(delta)) yield JSON.stringify(part)
    // The words have all been told.
    else yield JSON.stringify(chosen({ ...said.end(delta), content: '' }, body.response_fields))
  }
}
