import type { Context, Hono } from 'hono'
import { ImpetusError } from '../../contract/errors.ts'
import {
  cancelResponse,
  createResponse,
  deleteResponse,
  getResponse,
  listInputItems,
} from '../../contract/responses.ts'
import { countResponseTokens } from '../../contract/text.ts'
import type { Prompts } from '../../generation/prompts.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import type { AnsweringParts } from '../answering.ts'
import { Answering } from './answering.ts'
import { RunningResponses } from './running.ts'
import { notFound, type ResponseStore } from './store.ts'

export type ResponseParts = AnsweringParts & { readonly responses: ResponseStore; readonly prompts: Prompts }

export function responseRoutes(app: Hono<Env>, parts: ResponseParts): void {
  const { responses: store } = parts
  const running = new RunningResponses()
  const find = (id: string, owner: string) => {
    const response = running.find(id, owner)?.writer.response ?? store.get(id, owner)?.response
    if (response === undefined) throw notFound(id, 'id')
    return response
  }

  serve(app, createResponse, async ({ body, context, signal }) => {
    const answering = new Answering(parts, running, ownerOf(context), context)
    const asked = await answering.prepare(body)
    if (body.background) return answering.inBackground(asked)
    return body.stream ? answering.stream(asked, signal) : answering.whole(asked, signal)
  })

  serve(app, countResponseTokens, async ({ body, context, signal }) => {
    const { model, request } = await new Answering(parts, running, ownerOf(context), context).prepare(body)
    const input_tokens = await parts.prompts.count(model.id, request, signal)
    return { object: 'response.input_tokens' as const, input_tokens }
  })

  serve(app, getResponse, ({ params, query, context }) => {
    if (query.stream === 'true') {
      const message = 'A response is not streamed a second time. Ask for it without "stream".'
      throw new ImpetusError('invalid_value', message, { param: 'stream' })
    }
    return find(params.id ?? '', ownerOf(context))
  })

  serve(app, deleteResponse, ({ params, context }) => {
    const id = params.id ?? ''
    const owner = ownerOf(context)
    if (running.find(id, owner) !== undefined) {
      const message = 'This response is still being written. Cancel it, then delete it.'
      throw new ImpetusError('conflict', message, { param: 'id' })
    }
    if (!store.remove(id, owner)) throw notFound(id, 'id')
    return { id, object: 'response' as const, deleted: true as const }
  })

  serve(app, cancelResponse, async ({ params, context }) => {
    const id = params.id ?? ''
    const owner = ownerOf(context)
    const run = running.find(id, owner)
    if (run === undefined) return find(id, owner)
    run.cancel()
    await run.ended
    return run.writer.response
  })

  serve(app, listInputItems, ({ params, query, context }) => {
    const id = params.id ?? ''
    const kept = store.get(id, ownerOf(context))
    if (kept === undefined) throw notFound(id, 'id')
    const all = query.order === 'asc' ? kept.input : kept.input.toReversed()
    const from = query.after === undefined ? 0 : all.findIndex(item => item.id === query.after) + 1
    const data = all.slice(from, from + query.limit)
    return {
      object: 'list' as const,
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: from + data.length < all.length,
    }
  })
}

/** Each key sees its own responses; whoever needs none shares what is kept without one. */
function ownerOf(context: Context<Env>): string {
  return context.get('principal').keyId ?? ''
}
