import type { Context } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import type { ChatAnswer } from '../contract/ollama.ts'
import { modelOf, open, whole } from '../generation/ask.ts'
import type { AnswerRequest, Generation, Generator } from '../generation/types.ts'
import type { Env } from '../http/env.ts'
import { ndjsonResponse } from '../http/ndjson.ts'
import type { StreamLimits } from '../http/stream.ts'
import type { InstalledModel, Library } from '../library/types.ts'
import type { Residency } from '../residency/types.ts'
import { errorOf } from './errors.ts'
import { plainName } from './models/names.ts'
import { type End, figures, joined, type Piece, type Said, Speech } from './speech.ts'

export interface OllamaAnsweringParts {
  readonly library: Library
  readonly residency: Residency
  readonly generator: Generator
  /** Where streams are to be less patient than usual. */
  readonly stream?: Partial<StreamLimits>
}

/** Everything of a line but its words. */
export type Line = Omit<ChatAnswer, 'message'>

export interface Answering<Wire extends object> {
  readonly route: string
  /** As the client named it: it is told back. */
  readonly name: string | null | undefined
  readonly isStream: boolean
  /** How long the model stays in memory afterwards; absent: as configured. */
  readonly keepMilliseconds?: number
  readonly wire: (line: Line, said: Said) => Wire
}

/** The model that a body names. @throws `model_not_found` in Ollama's own words, which clients look for */
export async function namedModel(library: Library, name: string | null | undefined): Promise<InstalledModel> {
  try {
    return library.find(plainName(name ?? '')) ?? (await modelOf(library, name))
  } catch (error) {
    if (!(error instanceof ImpetusError && error.code === 'model_not_found')) throw error
    throw new ImpetusError('model_not_found', `model '${String(name).slice(0, 200)}' not found`, {
      param: 'model',
    })
  }
}

/** Loads a model for a request that has nothing to answer, or unloads it where it is not to be kept. */
export async function prepare<Wire extends object>(
  { library, residency }: OllamaAnsweringParts,
  { name, wire, keepMilliseconds }: Answering<Wire>,
  signal: AbortSignal,
): Promise<Wire> {
  const model = await namedModel(library, name)
  const line = (done_reason: 'load' | 'unload') =>
    wire({ ...head(name ?? model.id), done: true, done_reason }, { content: '' })
  if (keepMilliseconds === 0) {
    await residency.unload(model.id)
    return line('unload')
  }
  await using _lease = await residency.acquire(model.id, signal, {
    ...(keepMilliseconds !== undefined && { keepMilliseconds }),
  })
  return line('load')
}

/** Answers a request, as a stream or whole. */
export async function answer<Wire extends object>(
  parts: OllamaAnsweringParts,
  asked: Answering<Wire>,
  request: AnswerRequest,
  context: Context<Env>,
  signal: AbortSignal,
): Promise<Wire | Response> {
  const began = performance.now()
  const { isStream, wire, name: asName, ...ask } = asked
  const model = await namedModel(parts.library, asName)
  const name = asName ?? model.id
  let loaded = began
  const opening = open(parts.generator, { ...ask, model, request }, context, signal).then(generation => {
    loaded = performance.now()
    return generation
  })
  const line = (): Line => ({ ...head(name), done: false })
  const last = (end: End): Line => {
    return { ...head(name), ...figures(end, { total: performance.now() - began, load: loaded - began }) }
  }
  if (isStream) {
    const source = opening.then(generation => lines(generation, { line, last, wire }))
    const options = {
      errorItem: errorOf,
      keepAlive: wire(line(), { content: '' }),
      limits: parts.stream ?? {},
    }
    return ndjsonResponse(context, source, options)
  }
  await using generation = await opening
  return await whole(generation, new Whole(last, wire))
}

function head(model: string): Pick<Line, 'model' | 'created_at'> {
  return { model, created_at: new Date().toISOString() }
}

interface Words<Wire> {
  readonly line: () => Line
  readonly last: (end: End) => Line
  readonly wire: (line: Line, said: Said) => Wire
}

async function* lines<Wire>(generation: Generation, { line, last, wire }: Words<Wire>): AsyncGenerator<Wire> {
  await using _held = generation
  const speech = new Speech()
  for await (const delta of generation.deltas) {
    const said = delta.type === 'end' ? speech.end() : speech.add(delta)
    for (const part of said) yield wire(line(), part)
    if (delta.type === 'end') yield wire(last(delta), { content: '' })
  }
}

class Whole<Wire> {
  readonly #last: (end: End) => Line
  readonly #wire: (line: Line, said: Said) => Wire
  readonly #speech = new Speech()
  readonly #said: Said[] = []

  constructor(last: (end: End) => Line, wire: (line: Line, said: Said) => Wire) {
    this.#last = last
    this.#wire = wire
  }

  add(delta: Piece): void {
    this.#said.push(...this.#speech.add(delta))
  }

  end(end: End): Wire {
    return this.#wire(this.#last(end), joined([...this.#said, ...this.#speech.end()]))
  }
}
