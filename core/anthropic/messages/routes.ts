import type { Hono } from 'hono'
import {
  countMessageTokens,
  createMessage,
  type MessageAnswer,
  type MessageEvent,
} from '../../contract/anthropic.ts'
import { modelOf, open, whole } from '../../generation/ask.ts'
import type { Prompts } from '../../generation/prompts.ts'
import type { Generation, Generator } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { type SseItem, type SseLimits, sseResponse } from '../../http/sse.ts'
import type { Library } from '../../library/types.ts'
import { errorItems } from '../errors.ts'
import { newMessage } from '../wire.ts'
import { MessageWhole } from './answer.ts'
import { MessageEvents } from './events.ts'
import { chatOf, messagesRequest } from './prompt.ts'

export interface MessageParts {
  readonly library: Library
  readonly generator: Generator
  readonly prompts: Pick<Prompts, 'count'>
  /** Where streams are to be less patient than usual. */
  readonly sse?: Partial<SseLimits>
}

/** Anthropic's own sign of life, and the only one that its clients count as an event. */
const keepAlive: SseItem = { event: 'ping', data: '{"type": "ping"}' }

export function messageRoutes(app: Hono<Env>, parts: MessageParts): void {
  const { library, generator, prompts, sse = {} } = parts
  serve(app, createMessage, async ({ body, context, signal }) => {
    const request = messagesRequest(body)
    const model = await modelOf(library, body.model)
    const opening = open(generator, { route: createMessage.path, model, request }, context, signal)
    if (body.stream) {
      return sseResponse(context, opening.then(events), { errorItems, keepAlive, limits: sse })
    }
    await using generation = await opening
    return await whole(generation, new MessageWhole(messageOf(generation)))
  })

  serve(app, countMessageTokens, async ({ body, signal }) => {
    const request = { ...chatOf(body), stop: [], sampling: {} }
    const model = await modelOf(library, body.model)
    return { input_tokens: await prompts.count(model.id, request, signal) }
  })
}

function messageOf({ model, promptTokens }: Generation): MessageAnswer {
  return newMessage(model.id, promptTokens)
}

async function* events(generation: Generation): AsyncGenerator<SseItem> {
  await using _held = generation
  const message = new MessageEvents(messageOf(generation))
  yield* message.begin().map(item)
  for await (const delta of generation.deltas) yield* message.add(delta).map(item)
}

function item(event: MessageEvent): SseItem {
  return { event: event.type, data: JSON.stringify(event) }
}
