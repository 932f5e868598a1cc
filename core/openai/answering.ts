import type { Context } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import type { GenerateRequest } from '../engine/engine.ts'
import type { Generation, Generator } from '../generation/types.ts'
import type { Env } from '../http/env.ts'
import { type SseLimits, sseResponse } from '../http/sse.ts'
import type { InstalledModel, Library } from '../library/types.ts'
import type { AnswerDelta, End } from './wire.ts'

export interface AnsweringParts {
  readonly library: Library
  readonly generator: Generator
  /** Of Impetus, for `system_fingerprint`. */
  readonly version: string
  /** Where streams are to be less patient than usual. */
  readonly sse?: Partial<SseLimits>
}

/** A request on its way: who asks what of which model. */
export interface Ask {
  readonly route: string
  readonly model: InstalledModel
  readonly request: GenerateRequest
}

/** The model that a body names; `null` and an empty name mean the default, as a missing one does. */
export function modelOf(library: Library, name: string | null | undefined): Promise<InstalledModel> {
  return library.resolve(name == null || name === '' ? undefined : name)
}

export function open(
  parts: AnsweringParts,
  ask: Ask,
  context: Context<Env>,
  signal: AbortSignal,
): Promise<Generation> {
  const meta = {
    requestId: context.get('requestId'),
    route: ask.route,
    client: context.req.header('user-agent') ?? null,
  }
  return parts.generator.open({ modelId: ask.model.id, request: ask.request, meta }, signal)
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

/** Reads an answer to its end. */
export async function whole<T>(
  generation: Generation,
  answer: { add(delta: Exclude<AnswerDelta, End>): void; end(end: End): T },
): Promise<T> {
  for await (const delta of generation.deltas) {
    if (delta.type === 'end') return answer.end(delta)
    answer.add(delta)
  }
  throw new ImpetusError('internal_error', 'The answer had no end. Send the request again.')
}
