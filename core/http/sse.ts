import type { Context } from 'hono'
import type { ImpetusError } from '../contract/errors.ts'
import type { Env } from './env.ts'
import { errorBody } from './errors.ts'
import { type StreamFormat, type StreamLimits, type StreamOptions, streamResponse } from './stream.ts'

/** One event. A string is the whole of `data` (one line of JSON, as all dialects send). */
export type SseItem = string | { readonly event?: string; readonly id?: string; readonly data: string }

export interface SseOptions extends StreamOptions {
  /** The events that tell an error once the headers are out; by default OpenAI's error event and `[DONE]`. */
  readonly errorItems?: (error: ImpetusError) => readonly SseItem[]
  /** What goes out while nothing comes; by default a comment. */
  readonly keepAlive?: SseItem
}

export type SseLimits = StreamLimits

const format: StreamFormat<SseItem> = {
  contentType: 'text/event-stream; charset=utf-8',
  frame,
  errorItems: error => [JSON.stringify(errorBody(error)), '[DONE]'],
  // Never ": ping": Continue takes that one for the end of the stream.
  keepAlive: ': keep-alive\n\n',
}

/** Answers with server-sent events; see `streamResponse`. */
export function sseResponse(
  context: Context<Env>,
  source: AsyncIterable<SseItem> | Promise<AsyncIterable<SseItem>>,
  { errorItems = format.errorItems, keepAlive, ...options }: SseOptions = {},
): Promise<Response> {
  const sign = keepAlive === undefined ? format.keepAlive : frame(keepAlive)
  return streamResponse(context, source, { ...format, errorItems, keepAlive: sign }, options)
}

function frame(item: SseItem): string {
  if (typeof item === 'string') return `data: ${item}\n\n`
  const id = item.id === undefined ? '' : `id: ${item.id}\n`
  const event = item.event === undefined ? '' : `event: ${item.event}\n`
  return `${id}${event}data: ${item.data}\n\n`
}
