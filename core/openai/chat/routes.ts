import type { Hono } from 'hono'
import { createChatCompletion } from '../../contract/chat.ts'
import { modelOf, open } from '../../generation/ask.ts'
import { answers, type Said, Total, times } from '../../generation/series.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { type AnsweringParts, stream } from '../answering.ts'
import { withInputs } from '../custom.ts'
import { type Head, newHead, wireUsage } from '../wire.ts'
import { ChatAnswer, chatCompletion, type WholeChoice } from './answer.ts'
import { chunkOf, firstChunk, usageChunk } from './chunks.ts'
import { chatRequest, isWarmUp } from './prompt.ts'
import { speaksOfFunctions, toolsOf } from './tools.ts'

/** How a request wants to be answered. */
interface Manner {
  readonly functions: boolean
  readonly includeUsage: boolean
  /** Nothing is said: only the prompt's state was asked for. */
  readonly silent: boolean
}

export function chatRoutes(app: Hono<Env>, parts: AnsweringParts): void {
  const { library, generator, version } = parts
  serve(app, createChatCompletion, async ({ body, context, signal }) => {
    const asked = chatRequest(body)
    const { custom } = toolsOf(body)
    const requests = times(asked, body.n ?? 1)
    const model = await modelOf(library, body.model)
    const head = newHead('chatcmpl', model.id, version)
    const route = createChatCompletion.path
    const openOne = (request: AnswerRequest, alive?: AbortSignal) =>
      open(
        generator,
        { route, model, request },
        context,
        alive ? AbortSignal.any([signal, alive]) : signal,
      ).then(generation => withInputs(generation, custom))
    const manner = {
      functions: speaksOfFunctions(body),
      includeUsage: body.stream_options?.include_usage ?? false,
      silent: isWarmUp(body),
    }
    const opening = openOne(asked)
    if (body.stream) {
      return stream(parts, opening, first => chunks(answers(first, requests, openOne), head, manner), context)
    }
    return await completion(answers(await opening, requests, openOne), head, manner)
  })
}

async function completion(said: AsyncIterable<Said>, head: Head, { functions, silent }: Manner) {
  const written: ChatAnswer[] = []
  const choices: WholeChoice[] = []
  const total = new Total()
  for await (const { part, delta } of said) {
    const { index } = part
    if (delta === undefined) written[index] = new ChatAnswer({ index, functions })
    else if (delta.type !== 'end') {
      if (!silent) written[index]?.add(delta)
    } else {
      choices[index] = (written[index] as ChatAnswer).end(delta)
      total.add(part, delta)
    }
  }
  return chatCompletion(head, choices, total.end)
}

async function* chunks(said: AsyncIterable<Said>, head: Head, { functions, includeUsage, silent }: Manner) {
  const total = new Total()
  for await (const { part, delta } of said) {
    const choice = { index: part.index, functions }
    if (delta === undefined) yield firstChunk(head, choice)
    else if (!silent || delta.type === 'end') yield chunkOf(delta, head, choice)
    if (delta?.type === 'end') total.add(part, delta)
  }
  if (includeUsage) yield usageChunk(head, wireUsage(total.end))
}
