import type { Hono } from 'hono'
import { createChatCompletion } from '../../contract/chat.ts'
import { modelOf, open, whole } from '../../generation/ask.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { type AnsweringParts, stream } from '../answering.ts'
import { inTurn, type Part, Total, times } from '../series.ts'
import { type Head, newHead, wireUsage } from '../wire.ts'
import { ChatAnswer, chatCompletion, type WholeChoice } from './answer.ts'
import { chunkOf, firstChunk, usageChunk } from './chunks.ts'
import { chatRequest } from './prompt.ts'
import { speaksOfFunctions } from './tools.ts'

/** How a request wants to be answered. */
interface Manner {
  readonly functions: boolean
  readonly includeUsage: boolean
}

export function chatRoutes(app: Hono<Env>, parts: AnsweringParts): void {
  const { library, generator, version } = parts
  serve(app, createChatCompletion, async ({ body, context, signal }) => {
    const asked = chatRequest(body)
    const requests = times(asked, body.n ?? 1)
    const model = await modelOf(library, body.model)
    const head = newHead('chatcmpl', model.id, version)
    const route = createChatCompletion.path
    const openOne = (request: AnswerRequest) => open(generator, { route, model, request }, context, signal)
    const manner = {
      functions: speaksOfFunctions(body),
      includeUsage: body.stream_options?.include_usage ?? false,
    }
    const opening = openOne(asked)
    if (body.stream) {
      return stream(parts, opening, first => chunks(inTurn(first, requests, openOne), head, manner), context)
    }
    return await completion(inTurn(await opening, requests, openOne), head, manner)
  })
}

async function completion(parts: AsyncIterable<Part>, head: Head, { functions }: Manner) {
  const choices: WholeChoice[] = []
  const total = new Total()
  for await (const { index, request, generation } of parts) {
    const choice = await whole(generation, new ChatAnswer({ index, functions }))
    choices.push(choice)
    total.add(request, choice.end)
  }
  return chatCompletion(head, choices, total.end)
}

async function* chunks(parts: AsyncIterable<Part>, head: Head, { functions, includeUsage }: Manner) {
  const total = new Total()
  for await (const { index, request, generation } of parts) {
    const choice = { index, functions }
    yield firstChunk(head, choice)
    for await (const delta of generation.deltas) {
      yield chunkOf(delta, head, choice)
      if (delta.type === 'end') total.add(request, delta)
    }
  }
  if (includeUsage) yield usageChunk(head, wireUsage(total.end))
}
