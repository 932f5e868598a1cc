import type { Context, Hono } from 'hono'
import { type Answer, type Common, llamaCompletion, llamaInfill } from '../contract/llama-server.ts'
import { modelOf, open } from '../generation/ask.ts'
import { stopsOf } from '../generation/sampling.ts'
import { answers, type Said, times } from '../generation/series.ts'
import type { AnswerRequest, Generation, Generator } from '../generation/types.ts'
import type { Env } from '../http/env.ts'
import { errorBody } from '../http/errors.ts'
import { serve } from '../http/serve.ts'
import { sseResponse } from '../http/sse.ts'
import type { Library } from '../library/types.ts'
import { Continuation, chosen, type Manner } from './answer.ts'
import { asksForSeveral, completionRequests, infillRequest, isWarmUp } from './request.ts'

export interface CompletionParts {
  readonly library: Library
  readonly generator: Generator
}

export function llamaCompletionRoutes(app: Hono<Env>, parts: CompletionParts): void {
  serve(app, llamaCompletion, ({ body, context, signal }) =>
    answer(parts, llamaCompletion.path, body, completionRequests(body), context, signal),
  )
  serve(app, llamaInfill, ({ body, context, signal }) =>
    answer(parts, llamaInfill.path, body, [infillRequest(body)], context, signal),
  )
}

async function answer(
  { library, generator }: CompletionParts,
  route: string,
  body: Common,
  prompts: readonly AnswerRequest[],
  context: Context<Env>,
  signal: AbortSignal,
) {
  const requests = prompts.flatMap(request => times(request, body.n_cmpl ?? 1))
  const model = await modelOf(library, body.model)
  const openOne = (request: AnswerRequest, alive?: AbortSignal) =>
    open(generator, { route, model, request }, context, alive ? AbortSignal.any([signal, alive]) : signal)
  const opening = openOne(requests[0]!)
  if (body.stream) {
    // No [DONE]: this dialect's last event says so itself.
    const errorItems = (error: Parameters<typeof errorBody>[0]) => [JSON.stringify(errorBody(error))]
    const told = opening.then(first => events(first, answers(first, requests, openOne), body))
    return sseResponse(context, told, { errorItems })
  }
  const all = await whole(answers(await opening, requests, openOne), body)
  return asksForSeveral(body) ? all : all[0]!
}

function mannerOf({ model, promptTokens }: Generation, body: Common): Manner {
  return {
    model: model.id,
    contextLength: model.facts.contextLength,
    promptTokens,
    warmUp: isWarmUp(body),
    tokens: body.return_tokens ?? false,
    probabilities: (body.n_probs ?? 0) > 0,
    settings: { n_predict: body.n_predict ?? -1, seed: body.seed ?? -1, stop: [...stopsOf(body)] },
  }
}

async function whole(said: AsyncIterable<Said>, body: Common) {
  const written: Continuation[] = []
  const ended: (Answer | Record<string, unknown>)[] = []
  for await (const { part, delta } of said) {
    const { index, generation } = part
    if (delta === undefined) written[index] = new Continuation(mannerOf(generation, body), index)
    else if (delta.type !== 'end') written[index]?.add(delta)
    else ended[index] = chosen((written[index] as Continuation).end(delta), body.response_fields)
  }
  return ended
}

async function* events(first: Generation, said: AsyncIterable<Said>, body: Common): AsyncGenerator<string> {
  await using _held = first
  const written: Continuation[] = []
  for await (const { part, delta } of said) {
    const { index, generation } = part
    if (delta === undefined) written[index] = new Continuation(mannerOf(generation, body), index)
    else if (delta.type !== 'end')
      for (const told of written[index]?.add(delta) ?? []) yield JSON.stringify(told)
    else {
      // The words have all been told.
      const last = { ...(written[index] as Continuation).end(delta), content: '', tokens: [] }
      const { completion_probabilities: _, ...rest } = last
      yield JSON.stringify(chosen(rest, body.response_fields))
    }
  }
}
