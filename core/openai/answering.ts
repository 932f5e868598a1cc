import type { Context } from 'hono'
import type { Generation, Generator } from '../generation/types.ts'
import type { Env } from '../http/env.ts'
import { type SseLimits, sseResponse } from '../http/sse.ts'
import type { Library } from '../library/types.ts'

export interface AnsweringParts {
  readonly library: Library
  readonly generator: Generator
  /** Of Impetus, for `system_fingerprint`. */
  readonly version: string
  /** Where streams are to be less patient than usual. */
  readonly sse?: Partial<SseLimits>
}

/**
 * Answers with a stream. Until the engine has accepted the request its errors are real statuses; when that takes over
 * ten seconds (a large model loads) the headers go out and later errors are events.
 */
export function stream(
  { sse = {} }: AnsweringParts,
  opening: Promise<Generation>,
  translate: (generation: Generation) => AsyncIterable<object>,
  context: Context<Env>,
): Promise<Response> {
  const source = opening.then(generation => events(generation, translate))
  return sseResponse(context, source, { limits: sse })
}

async function* events(
  generation: Generation,
  translate: (generation: Generation) => AsyncIterable<object>,
): AsyncGenerator<string> {
  await using _held = generation
  for await (const event of translate(generation)) yield JSON.stringify(event)
  yield '[DONE]'
}
