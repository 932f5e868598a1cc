import type { z } from 'zod'

/** Who may call an operation. `public` needs nothing, `inference` a key only where keys are required, `admin` the socket, an admin key or a dashboard session. */
export type Scope = 'public' | 'inference' | 'admin'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/**
 * One HTTP operation, declared once. The server's route, the UI's and the command line's call and the OpenAPI
 * document are all made from this value.
 *
 * - `path` is written as Hono reads it (`/api/models/:id`).
 * - `request` is the JSON body, `query` the query string (all values arrive as strings: use `z.coerce`).
 * - `response` is the JSON body of the 200 answer; `stream` names the media type when the answer can be a stream instead.
 * - `media` is the media type of an answer that is no JSON.
 * - `aliases` are further paths that answer the same.
 */
export interface Operation {
  readonly id: string
  readonly method: Method
  readonly path: string
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly scope: Scope
  readonly request?: z.ZodType
  readonly query?: z.ZodType
  readonly response: z.ZodType
  readonly stream?: 'text/event-stream' | 'application/x-ndjson'
  readonly media?: 'text/plain'
}

/** Declares an operation, keeping its exact types for callers and handlers. */
export function endpoint<const O extends Operation>(operation: O): O {
  return operation
}

/** What a caller sends (defaults not yet filled in). */
export type RequestOf<O extends Operation> = O['request'] extends z.ZodType
  ? z.input<O['request']>
  : undefined
/** What a handler receives (parsed, defaults filled in). */
export type ParsedRequestOf<O extends Operation> = O['request'] extends z.ZodType
  ? z.output<O['request']>
  : undefined
/** The parsed query string. */
export type QueryOf<O extends Operation> = O['query'] extends z.ZodType ? z.output<O['query']> : undefined
/** What the server answers with 200. */
export type ResponseOf<O extends Operation> = z.output<O['response']>
