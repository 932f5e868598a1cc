import type { Hono } from 'hono'
import { type CompletionRequest, createCompletion } from '../../contract/completions.ts'
import { modelOf, open } from '../../generation/ask.ts'
import { answers, type Part, type Said, Total, times } from '../../generation/series.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { type AnsweringParts, stream } from '../answering.ts'
import { type Head, newHead, wireUsage } from '../wire.ts'
import { CompletionAnswer, completionOf, likeliest, type WholeChoice } from './answer.ts'
import { CompletionChunks, usageChunk } from './chunks.ts'
import type { Echo } from './logprobs.ts'
import { completionRequests } from './prompt.ts'

export function completionRoutes(app: Hono<Env>, parts: AnsweringParts): void {
  const { library, generator, version } = parts
  serve(app, createCompletion, async ({ body, context, signal }) => {
    const manner = mannerOf(body)
    const requests = completionRequests(body).flatMap(request => times(weighed(request, manner), manner.each))
    const model = await modelOf(library, body.model)
    const head = newHead('cmpl', model.id, version)
    const route = createCompletion.path
    const openOne = (request: AnswerRequest, alive?: AbortSignal) =>
      open(generator, { route, model, request }, context, alive ? AbortSignal.any([signal, alive]) : signal)
    const echo = (part: Part) => (body.echo ? echoOf(part, body.logprobs, signal) : nothing)
    const opening = openOne(requests[0]!)
    if (body.stream) {
      const events = (said: AsyncIterable<Said>) => chunks(said, echo, head, manner)
      return stream(parts, opening, first => events(answers(first, requests, openOne)), context)
    }
    return await completion(answers(await opening, requests, openOne), echo, head, manner)
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

type EchoOf = (part: Part) => Echo | Promise<Echo>

const nothing: Echo = { text: '', tokens: [] }

async function completion(said: AsyncIterable<Said>, echo: EchoOf, head: Head, manner: Manner) {
  const written: CompletionAnswer[] = []
  const choices: WholeChoice[] = []
  const total = new Total()
  for await (const { part, delta } of said) {
    const { index } = part
    if (delta === undefined) written[index] = new CompletionAnswer(index, await echo(part))
    else if (delta.type !== 'end') written[index]?.add(delta)
    else {
      const one = (written[index] as CompletionAnswer).end(delta)
      choices[index] = manner.logprobs ? one : { ...one, choice: { ...one.choice, logprobs: null } }
      total.add(part, delta)
    }
  }
  return completionOf(head, likeliest(choices, manner.each, manner.keep), total.end)
}

async function* chunks(said: AsyncIterable<Said>, echo: EchoOf, head: Head, { includeUsage }: Manner) {
  const written: CompletionChunks[] = []
  const total = new Total()
  for await (const { part, delta } of said) {
    const { index } = part
    if (delta === undefined) {
      const events = new CompletionChunks(head, index, await echo(part))
      written[index] = events
      yield* events.begin()
      continue
    }
    yield* written[index]?.add(delta) ?? []
    if (delta.type === 'end') total.add(part, delta)
  }
  if (includeUsage) yield usageChunk(head, wireUsage(total.end))
}

async function echoOf(part: Part, top: number | null | undefined, signal: AbortSignal): Promise<Echo> {
  const { prompt } = part.request
  const text = await promptText(part, signal)
  if (top == null || prompt.kind === 'chat' || prompt.kind === 'infill') return { text, tokens: [] }
  return { text, tokens: await part.generation.model.score({ prompt, top }, signal) }
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
