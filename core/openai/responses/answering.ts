import type { Context } from 'hono'
import { ImpetusError } from '../../contract/errors.ts'
import {
  createResponse,
  type ResponseRequest,
  type StoredItem,
  type WireItem,
  type WireResponse,
} from '../../contract/responses.ts'
import { modelOf, open } from '../../generation/ask.ts'
import type { AnswerRequest, Generation } from '../../generation/types.ts'
import type { Env } from '../../http/env.ts'
import { toImpetusError } from '../../http/errors.ts'
import { type SseItem, sseResponse } from '../../http/sse.ts'
import type { InstalledModel } from '../../library/types.ts'
import { withInputs } from '../custom.ts'
import type { AnswerDelta } from '../wire.ts'
import { type ResponseEvent, ResponseWriter } from './events.ts'
import { customTools, inputItems, responseRequest } from './prompt.ts'
import type { ResponseParts } from './routes.ts'
import type { Run, RunningResponses } from './running.ts'
import { withSigns } from './signs.ts'
import { notFound } from './store.ts'
import { newId, newResponse } from './wire.ts'

/** How long an answer to a stream waits for the engine, so that a refusal is a real status. */
const patienceMilliseconds = 10_000
/** Codex gives up on a stream without events; comments do not count. */
const signMilliseconds = 10_000

/** A request that has been read. */
interface Asked {
  readonly model: InstalledModel
  readonly request: AnswerRequest
  /** Names of tools that take a text. */
  readonly custom: ReadonlySet<string>
  readonly input: readonly StoredItem[]
  readonly writer: ResponseWriter
}

/** Answers one request, in one of three ways. */
export class Answering {
  readonly #parts: ResponseParts
  readonly #running: RunningResponses
  readonly #owner: string
  readonly #context: Context<Env>

  constructor(parts: ResponseParts, running: RunningResponses, owner: string, context: Context<Env>) {
    this.#parts = parts
    this.#running = running
    this.#owner = owner
    this.#context = context
  }

  /** @throws `invalid_value`, `unsupported_content`, `response_not_found`, `model_not_found` */
  async prepare(body: ResponseRequest): Promise<Asked> {
    const { responses: store, library } = this.#parts
    const kept = store.enabled && body.store !== false
    if (body.background) refuseUnkept(body, kept)
    const previous = body.previous_response_id
    const earlier = previous == null ? [] : store.conversation(previous, this.#owner)
    const input = inputItems(body).map((item, index) => this.#resolved(item, index))
    const request = responseRequest(body, [...earlier, ...input])
    const model = await modelOf(library, body.model)
    const custom = customTools(body)
    return { model, request, custom, input, writer: new ResponseWriter(newResponse(body, model.id, kept)) }
  }

  async whole(asked: Asked, signal: AbortSignal): Promise<WireResponse> {
    using run = this.#running.begin(asked.writer, this.#owner)
    const opening = this.#open(asked, AbortSignal.any([signal, run.cancelled]))
    try {
      for await (const delta of deltasOf(opening)) asked.writer.add(delta)
    } catch (error) {
      if (!run.cancelled.aborted) throw error
      asked.writer.cancel()
    }
    return this.#end(asked)
  }

  /** Goes on after the answer, which is that it has begun. Only a cancellation or the core's end stops it. */
  inBackground(asked: Asked): WireResponse {
    const run = this.#running.begin(asked.writer, this.#owner)
    const write = async () => {
      using _running = run
      for await (const _event of this.#events(asked, this.#open(asked, run.cancelled), run));
    }
    const log = this.#context.get('log')
    write().catch((error: unknown) => log.error('a response in the background ended badly', error))
    return asked.writer.response
  }

  async stream(asked: Asked, signal: AbortSignal): Promise<Response> {
    const { sse = {} } = this.#parts
    const run = this.#running.begin(asked.writer, this.#owner)
    const opening = this.#open(asked, AbortSignal.any([signal, run.cancelled]))
    const patience = sse.patience ?? patienceMilliseconds
    const events = () => this.#framed(asked, opening, run, signal)
    try {
      const first = await settledWithin(opening, patience)
      if (first.rejected) throw first.reason
      const errorItems = (error: ImpetusError) => [frame(asked.writer.error(error))]
      return await sseResponse(this.#context, events(), { errorItems, limits: sse })
    } catch (error) {
      run[Symbol.dispose]()
      throw error
    }
  }

  async *#framed(
    asked: Asked,
    opening: Promise<Generation>,
    run: Run,
    signal: AbortSignal,
  ): AsyncGenerator<SseItem> {
    using _running = run
    for (const event of asked.writer.begin()) yield frame(event)
    for await (const event of this.#events(asked, opening, run, signal)) yield frame(event)
  }

  /** All events up to the last one. Throws only when the client is gone. */
  async *#events(
    asked: Asked,
    opening: Promise<Generation>,
    { cancelled }: Run,
    signal?: AbortSignal,
  ): AsyncGenerator<ResponseEvent> {
    const { writer } = asked
    try {
      const signs = () => 'sign' as const
      const silence = this.#parts.sse?.keepAlive ?? signMilliseconds
      for await (const delta of withSigns(deltasOf(opening), silence, signs)) {
        if (delta === 'sign') yield writer.sign()
        else if (delta.type === 'end') {
          const last = writer.add(delta)
          // Before the client hears of it: it may go on from this response at once.
          this.#end(asked)
          yield* last
        } else yield* writer.add(delta)
      }
    } catch (error) {
      if (signal?.aborted) throw error
      const last = cancelled.aborted ? writer.cancel() : writer.fail(this.#told(error))
      this.#end(asked)
      yield* last
    }
  }

  /** A defect goes into the log: the response only says that there was one. */
  #told(thrown: unknown): ImpetusError {
    const error = toImpetusError(thrown)
    if (error.code === 'internal_error') this.#context.get('log').error('a response failed', thrown)
    return error
  }

  #open({ model, request, custom }: Asked, signal: AbortSignal): Promise<Generation> {
    const route = createResponse.path
    const opening = open(this.#parts.generator, { route, model, request }, this.#context, signal)
    return opening.then(generation => withInputs(generation, custom))
  }

  /** An answer that cannot be kept is an answer all the same. */
  #end({ writer, input }: Asked): WireResponse {
    const { response } = writer
    if (!response.store) return response
    try {
      this.#parts.responses.keep({ response, input }, this.#owner)
    } catch (error) {
      this.#context.get('log').error('a response could not be kept, nobody can go on from it', error)
    }
    return response
  }

  /** An item with an id; a reference is the item it names. */
  #resolved(item: WireItem, index: number): StoredItem & WireItem {
    const { id } = item
    if (item.type === 'item_reference' && id != null) {
      const found = this.#parts.responses.item(id, this.#owner)
      if (found === undefined) throw notFound(id, `input.${index}.id`)
      return withId(found)
    }
    return withId(item)
  }
}

function withId(item: WireItem): StoredItem & WireItem {
  return { ...item, type: item.type ?? 'message', id: item.id ?? newId('msg') }
}

function refuseUnkept({ stream }: ResponseRequest, kept: boolean): void {
  if (kept && !stream) return
  const why = stream
    ? 'and "stream" do not go together: leave one of them out'
    : 'needs a kept response: leave out "store": false, or turn responses.store on in the settings'
  throw new ImpetusError('invalid_value', `"background" ${why}.`, { param: 'background' })
}

async function* deltasOf(opening: Promise<Generation>): AsyncGenerator<AnswerDelta> {
  await using generation = await opening
  yield* generation.deltas
}

function frame(event: ResponseEvent): SseItem {
  return { event: event.type, data: JSON.stringify(event) }
}

/** Whether a promise is rejected by then. */
async function settledWithin(
  promise: Promise<unknown>,
  milliseconds: number,
): Promise<{ rejected: false } | { rejected: true; reason: unknown }> {
  const { promise: late, resolve } = Promise.withResolvers<{ rejected: false }>()
  const timer = setTimeout(resolve, milliseconds, { rejected: false })
  const settled = promise.then(
    () => ({ rejected: false }) as const,
    (reason: unknown) => ({ rejected: true, reason }) as const,
  )
  try {
    return await Promise.race([settled, late])
  } finally {
    clearTimeout(timer)
  }
}
