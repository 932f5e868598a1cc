import type { Context } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import type { Env } from '../http/env.ts'
import type { InstalledModel, Library } from '../library/types.ts'
import type { AnswerDelta } from './interpret.ts'
import type { AnswerRequest, Generation, Generator } from './types.ts'

/** A request on its way: who asks what of which model. */
export interface Ask {
  readonly route: string
  readonly model: InstalledModel
  readonly request: AnswerRequest
  /** How long the model stays in memory after this answer; absent: as configured. */
  readonly keepMilliseconds?: number
}

type End = Extract<AnswerDelta, { type: 'end' }>

/** The model that a body names; `null` and an empty name mean the default, as a missing one does. */
export function modelOf(library: Library, name: string | null | undefined): Promise<InstalledModel> {
  return library.resolve(name == null || name === '' ? undefined : name)
}

export function open(
  generator: Generator,
  { route, model, ...ask }: Ask,
  context: Context<Env>,
  signal: AbortSignal,
): Promise<Generation> {
  const client = context.req.header('user-agent') ?? null
  const { kind, name } = context.get('principal')
  const keyName = kind === 'key' ? name : null
  const meta = { requestId: context.get('requestId'), route, client, keyName }
  const request = { ...ask.request, client: callerOf(context, client) }
  return generator.open({ modelId: model.id, ...ask, request, meta }, signal)
}

/** Characters of a name by which requests are told apart. */
const longestCaller = 200

/** Who takes turns with others for the engine: keys where there are any, programs otherwise. */
function callerOf(context: Context<Env>, client: string | null): string {
  return (context.get('principal').keyId ?? client ?? '').slice(0, longestCaller)
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
