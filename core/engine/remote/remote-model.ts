import { ImpetusError } from '../../contract/errors.ts'
import type {
  ChatPrompt,
  Delta,
  Embeddings,
  EmbedRequest,
  Ended,
  GenerateRequest,
  LoadedFacts,
  LoadedModel,
  Ranking,
  RankRequest,
  ScoredToken,
} from '../engine.ts'
import { type Connection, TryError } from './connection.ts'
import { count, field, list, text } from './json.ts'
import { chat } from './request.ts'
import { beginAnswer } from './stream.ts'

/** Requests that a server may have at a time from here; it has a queue of its own. */
const slots = 1024

export interface RemoteModelParts {
  readonly id: string
  /** As the server names it. */
  readonly name: string
  readonly contextLength: number
  readonly connection: Connection
}

/** A model on another server. "Loaded" means that it can be asked. */
export class RemoteModel implements LoadedModel {
  readonly id: string
  readonly facts: LoadedFacts
  readonly ended: Promise<Ended>
  readonly #name: string
  readonly #connection: Connection
  readonly #end: (ended: Ended) => void

  constructor({ id, name, contextLength, connection }: RemoteModelParts) {
    this.id = id
    this.#name = name
    this.#connection = connection
    const { promise, resolve } = Promise.withResolvers<Ended>()
    this.ended = promise
    this.#end = resolve
    this.facts = {
      contextLength,
      trainedContextLength: contextLength,
      vocabularySize: 0,
      slots,
      architecture: 'remote',
      parameters: 0,
      memoryBytes: 0,
      hasChatTemplate: true,
      supportsTools: true,
      supportsInfill: true,
      loadMilliseconds: 0,
    }
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<Delta> {
    if (request.maxTokens === 0) {
      yield* this.#counted(request, signal)
      return
    }
    const asked = { connection: this.#connection, model: this.#name, request, signal }
    const deltas = await this.#connection.first(url => beginAnswer(asked, url), signal)
    // How long the prompt is, a server tells at the end.
    yield { type: 'start', promptTokens: 0 }
    try {
      yield* deltas
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof TryError ? error.failure.error : error
    }
  }

  async render(prompt: ChatPrompt, signal: AbortSignal): Promise<string> {
    const body = { model: this.#name, ...chat(prompt) }
    const answer = await this.#ask('/apply-template', body, signal)
    return text(field(answer, 'prompt')) ?? this.#cannot('show what it makes of a conversation')
  }

  async tokenize(content: string, { special }: { special: boolean }, signal: AbortSignal): Promise<number[]> {
    // llama.cpp's names and vLLM's in one.
    const options = { add_special: false, add_special_tokens: false, parse_special: special }
    const body = { model: this.#name, content, prompt: content, ...options }
    const answer = field(await this.#ask('/tokenize', body, signal), 'tokens')
    if (!Array.isArray(answer)) return this.#cannot('show tokens')
    return list(answer).flatMap(token => count(token) ?? count(field(token, 'id')) ?? [])
  }

  async detokenize(tokens: readonly number[], signal: AbortSignal): Promise<string> {
    const answer = await this.#ask('/detokenize', { model: this.#name, tokens }, signal)
    return text(field(answer, 'content')) ?? text(field(answer, 'prompt')) ?? this.#cannot('show texts')
  }

  async embed({ inputs, dimensions }: EmbedRequest, signal: AbortSignal): Promise<Embeddings> {
    const body = {
      model: this.#name,
      input: inputs,
      encoding_format: 'float',
      ...(dimensions !== undefined && { dimensions }),
    }
    const answer = await this.#ask('/v1/embeddings', body, signal)
    const vectors = inOrder(list(field(answer, 'data'))).map(one =>
      Float32Array.from(list(field(one, 'embedding')), Number),
    )
    if (vectors.length !== inputs.length || vectors.some(vector => vector.length === 0))
      return this.#cannot('make vectors')
    return { vectors, promptTokens: promptTokens(answer) }
  }

  async rank({ query, documents }: RankRequest, signal: AbortSignal): Promise<Ranking> {
    const answer = await this.#ask('/v1/rerank', { model: this.#name, query, documents }, signal)
    const results = inOrder(list(field(answer, 'results')))
    if (results.length !== documents.length) return this.#cannot('rank')
    const scores = results.map(one => Number(field(one, 'relevance_score')))
    return { scores, promptTokens: promptTokens(answer) }
  }

  async score(): Promise<readonly ScoredToken[]> {
    return this.#cannot('tell how likely a prompt is')
  }

  async dispose(): Promise<void> {
    this.#end({ by: 'dispose' })
  }

  /** Only how long the prompt is. Servers disagree on what an answer of no tokens is, so none is asked for. */
  async *#counted({ prompt }: GenerateRequest, signal: AbortSignal): AsyncGenerator<Delta> {
    const promptTokens =
      prompt.kind === 'tokens'
        ? prompt.tokens.length
        : (await this.tokenize(await this.#textOf(prompt, signal), { special: true }, signal)).length
    yield { type: 'start', promptTokens }
    yield {
      type: 'end',
      reason: 'length',
      usage: { promptTokens, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 },
      timings: { queued: 0, prefill: 0, decode: 0 },
    }
  }

  async #textOf(
    prompt: Exclude<GenerateRequest['prompt'], { kind: 'tokens' }>,
    signal: AbortSignal,
  ): Promise<string> {
    if (prompt.kind === 'chat') return this.render(prompt, signal)
    return prompt.kind === 'text' ? prompt.text : prompt.prefix + prompt.suffix
  }

  #ask(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    return this.#connection.first(async url => {
      using _busy = this.#connection.replicas.begin(url)
      const answer = await this.#connection.json(url, path, body, signal)
      this.#connection.replicas.succeeded(url)
      return answer
    }, signal)
  }

  #cannot(what: string): never {
    const { name } = this.#connection.server
    const message = `The server "${name}" does not ${what}. Use a model on this machine for that.`
    throw new ImpetusError('remote_unsupported', message)
  }
}

function inOrder(rows: readonly unknown[]): readonly unknown[] {
  return rows.toSorted((a, b) => (count(field(a, 'index')) ?? 0) - (count(field(b, 'index')) ?? 0))
}

function promptTokens(answer: unknown): number {
  return (
    count(field(field(answer, 'usage'), 'prompt_tokens')) ??
    count(field(field(answer, 'usage'), 'total_tokens')) ??
    0
  )
}
