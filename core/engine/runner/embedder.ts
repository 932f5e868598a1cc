import { ImpetusError } from '../../contract/errors.ts'
import type { EmbedRequest, RankRequest } from '../engine.ts'
import type { AddonContext } from './binding.ts'
import type { NativeModel } from './native-model.ts'
import { normalised, score } from './vectors.ts'

export interface EmbedderParts {
  readonly model: NativeModel
  /** A context for vectors or scores, made when it is first needed. */
  readonly context: () => Promise<AddonContext>
  readonly kind: 'text' | 'embedding' | 'reranking'
  /** Tokens that one input may have. */
  readonly contextLength: number
  /** Tokens computed in one step. Encoders look at a whole text at once: theirs is the context's length. */
  readonly batchSize: number
}

export interface Vectors {
  readonly rows: readonly Float32Array[]
  readonly promptTokens: number
}

/**
 * Vectors and scores, one input after the other: the addon reads what came of sequence 0 only. Between two inputs
 * others may have their turn, and an aborted request ends.
 */
export class Embedder {
  readonly #parts: EmbedderParts
  #context: Promise<AddonContext> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: EmbedderParts) {
    this.#parts = parts
  }

  /** @throws `invalid_value`, `context_length_exceeded`, or the signal's reason */
  async embed(request: EmbedRequest, signal: AbortSignal): Promise<Vectors> {
    if (this.#parts.kind === 'reranking') throw notFor('reranking and has no embeddings', 'embedding')
    const inputs = request.inputs.map((input, index) => this.#tokens(input, index, request.truncate ?? false))
    const rows: Float32Array[] = []
    for (const input of inputs) {
      const vector = (await this.#compute(input, signal)).slice(0, request.dimensions)
      rows.push(request.normalise === false ? vector : normalised(vector))
    }
    return { rows, promptTokens: inputs.reduce((sum, input) => sum + input.length, 0) }
  }

  /** @throws `invalid_value`, `context_length_exceeded`, or the signal's reason */
  async rank({ query, documents }: RankRequest, signal: AbortSignal): Promise<Vectors> {
    if (this.#parts.kind !== 'reranking') throw notFor(`${this.#parts.kind} and ranks nothing`, 'reranking')
    const inputs = documents.map((document, index) => this.#pair(query, document, index))
    const rows: Float32Array[] = []
    for (const input of inputs)
      rows.push(Float32Array.of(score((await this.#compute(input, signal))[0] ?? 0)))
    return { rows, promptTokens: inputs.reduce((sum, input) => sum + input.length, 0) }
  }

  #tokens(input: string | readonly number[], index: number, truncate: boolean): Uint32Array {
    const { model, contextLength } = this.#parts
    const param = `input[${index}]`
    let tokens: number[]
    if (typeof input === 'string') tokens = model.framed(model.tokenize(input, false))
    else {
      for (const token of input) model.mustKnow(token, param)
      tokens = [...input]
    }
    if (tokens.length === 0)
      throw new ImpetusError('invalid_value', 'An empty text has no embedding.', { param })
    if (tokens.length > contextLength && !truncate) throw tooLong(tokens.length, contextLength, param)
    return Uint32Array.from(tokens.slice(0, contextLength))
  }

  /** As Transformers' rerankers are asked: `[CLS] query [SEP] document [SEP]`, with the model's own tokens. */
  #pair(query: string, document: string, index: number): Uint32Array {
    const { model, contextLength } = this.#parts
    const tokens = model.paired(model.tokenize(query, false), model.tokenize(document, false))
    if (tokens.length <= contextLength) return tokens
    throw tooLong(tokens.length, contextLength, `documents[${index}]`)
  }

  #compute(tokens: Uint32Array, signal: AbortSignal): Promise<Float32Array> {
    const turn = this.#last.then(() => this.#computeNow(tokens, signal))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #computeNow(tokens: Uint32Array, signal: AbortSignal): Promise<Float32Array> {
    signal.throwIfAborted()
    this.#context ??= this.#parts.context()
    const context = await this.#context
    context.disposeSequence(0)
    for (let at = 0; at < tokens.length; at += this.#parts.batchSize) {
      signal.throwIfAborted()
      const part = tokens.subarray(at, at + this.#parts.batchSize)
      context.initBatch(part.length)
      // Pooling takes in the tokens whose output is asked for.
      context.addToBatch(
        0,
        at,
        part,
        Uint32Array.from(part, (_, index) => index),
      )
      await context.decodeBatch()
    }
    return Float32Array.from(context.getEmbedding(tokens.length))
  }
}

function notFor(what: string, instead: string): ImpetusError {
  return new ImpetusError('invalid_value', `This model is for ${what}. Name a model for ${instead}.`, {
    param: 'model',
  })
}

function tooLong(tokens: number, most: number, param: string): ImpetusError {
  return new ImpetusError(
    'context_length_exceeded',
    `The text is too long: ${tokens} tokens > ${most} maximum. Shorten it or split it.`,
    { param },
  )
}
