import type { Hono } from 'hono'
import { type CompletionRequest, createCompletion } from '../../contract/completions.ts'
import { modelOf, open, whole } from '../../generation/ask.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { type AnsweringParts, stream } from '../answering.ts'
import { inTurn, type Part, Total, times } from '../series.ts'
import { type Head, newHead, wireUsage } from '../wire.ts'
import { CompletionAnswer, completionOf, likeliest, type WholeChoice } from './answer.ts'
import { CompletionChunks, usageChunk } from './chunks.ts'
import { completionRequests } from './prompt.ts'

export function completionRoutes(app: Hono<Env>, parts: AnsweringParts): void {
  const { library, generator, version } = parts
  serve(app, createCompletion, async ({ body, context, signal }) => {
    const manner = mannerOf(body)
    const requests = completionRequests(body).flatMap(request => times(weighed(request, manner), manner.each))
    const model = await modelOf(library, body.model)
    const head = newHead('cmpl', model.id, version)
    const route = createCompletion.path
    const openOne = (request: AnswerRequest) => open(generator, { route, model, request }, context, signal)
    const echo = (part: Part) => (body.echo ? promptText(part, signal) : '')
    const opening = openOne(requests[0]!)
    if (body.stream) {
      const events = (answers: AsyncIterable<Part>) => chunks(answers, echo, head, manner)
      return stream(parts, opening, first => events(inTurn(first, requests, openOne)), context)
    }
    return await completion(inTurn(await opening, requests, openOne), echo, head, manner)
  })
}

/** How a request wants to be answered. */
interface Manner {
  /** Answers to write to each prompt, and those of them to give. */
  readonly each: number
  readonly keep: number
  readonly logprobs: boolean
  readonly includeUsage: boolean
}

function mannerOf({ n, best_of, stream, stream_options, logprobs }: CompletionRequest): Manner {
  const keep = n ?? 1
  return {
    each: stream ? keep : Math.max(keep, best_of ?? 1),
    keep,
    logprobs: logprobs != null,
    includeUsage: stream_options?.include_usage ?? false,
  }
}

/** Answers that are to be compared need to be weighed. */
function weighed(request: AnswerRequest, { each, keep }: Manner): AnswerRequest {
  return each === keep || request.logprobs ? request : { ...request, logprobs: { top: 0 } }
}

type Echo = (part: Part) => string | Promise<string>

async function completion(parts: AsyncIterable<Part>, echo: Echo, head: Head, manner: Manner) {
  const choices: WholeChoice[] = []
  const total = new Total()
  for await (const part of parts) {
    const one = await whole(part.generation, new CompletionAnswer(part.index, await echo(part)))
    const { choice } = one
    choices.push(manner.logprobs ? one : { ...one, choice: { ...choice, logprobs: null } })
    total.add(part.request, one.end)
  }
  return completionOf(head, likeliest(choices, manner.each, manner.keep), total.end)
}

async function* chunks(parts: AsyncIterable<Part>, echo: Echo, head: Head, { includeUsage }: Manner) {
  const total = new Total()
  for await (const part of parts) {
    const events = new CompletionChunks(head, part.index, await echo(part))
    yield* events.begin()
    for await (const delta of part.generation.deltas) {
      yield* events.add(delta)
      if (delta.type === 'end') total.add(part.request, delta)
    }
  }
  if (includeUsage) yield usageChunk(head, wireUsage(total.end))
}

function promptText(
  { request: { prompt }, generation }: Part,
  signal: AbortSignal,
): string | Promise<string> {
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
