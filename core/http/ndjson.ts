import type { Context } from 'hono'
import type { ImpetusError } from '../contract/errors.ts'
import type { Env } from './env.ts'
import { type StreamOptions, streamResponse } from './stream.ts'

export interface NdjsonOptions extends StreamOptions {
  /** The object that tells an error once the headers are out. */
  readonly errorItem: (error: ImpetusError) => object
  /** The object that goes out while nothing comes: the format has no comments, and an empty line breaks some readers. */
  readonly keepAlive: object
}

/** Answers with one JSON object a line; see `streamResponse`. */
export function ndjsonResponse(
  context: Context<Env>,
  source: AsyncIterable<object> | Promise<AsyncIterable<object>>,
  { errorItem, keepAlive, ...options }: NdjsonOptions,
): Promise<Response> {
  const format = {
    contentType: 'application/x-ndjson',
    frame,
    errorItems: (error: ImpetusError) => [errorItem(error)],
    keepAlive: frame(keepAlive),
  }
  return streamResponse(context, source, format, options)
}

function frame(item: object): string {
  return `${JSON.stringify(item)}\n`
}
