import { ImpetusError } from '../../contract/errors.ts'
import type {
  ChatPrompt,
  Delta,
  Embeddings,
  EmbedRequest,
  Ended,
  EndReason,
  GenerateRequest,
  LoadedFacts,
  LoadedModel,
  Prompt,
  Ranking,
  RankRequest,
  ScoredToken,
  ScoreRequest,
  TokenLogprob,
} from '../engine.ts'
import { wholePrefix } from '../infill-text.ts'
import { pause } from './pause.ts'
import { renderChat, scriptFor } from './script.ts'
import type { ScriptedOptions } from './scripted.ts'
import { StopFilter } from './stop.ts'
import { likeness, normalised, vectorOf } from './vectors.ts'
import { Vocabulary, words } from './words.ts'

type Options = ScriptedOptions & { readonly contextLength: number }

/** Yields to the event loop this often when no delay is set, so that an abort is heard. */
const wordsPerTurn = 64

export class ScriptedModel implements LoadedModel {
  readonly id: string
  readonly ended: Promise<Ended>
  readonly #options: Options
  readonly #vocabulary = new Vocabulary()
  readonly #gone = new AbortController()
  readonly #end: (ended: Ended) => void

  constructor(id: string, options: Options) {
    this.id = id
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<Ended>()
    this.ended = promise
    this.#end = resolve
  }

  get facts(): LoadedFacts {
    const { contextLength } = this.#options
    return {
      contextLength,
      trainedContextLength: contextLength,
      vocabularySize: this.#vocabulary.size,
      slots: 1024,
      architecture: 'scripted',
      parameters: 0,
      memoryBytes: 0,
      hasChatTemplate: true,
      supportsTools: true,
      supportsInfill: true,
      loadMilliseconds: this.#options.loadMilliseconds ?? 0,
    }
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<Delta> {
    const until = AbortSignal.any([signal, this.#gone.signal])
    until.throwIfAborted()
    const room = this.#room(request.prompt)
    yield { type: 'start', promptTokens: room.promptTokens }
    const began = performance.now()
    await pause(this.#options.prefillMilliseconds ?? 0, until)
    const prefilled = performance.now()

    const limit = Math.min(request.maxTokens ?? Number.POSITIVE_INFINITY, room.left)
    const script = scriptFor(request)
    const said =
      script.say === 'text'
        ? yield* this.#text(script.text, request, limit, until)
        : yield* this.#toolCall(script, limit, until)
    const { tokens: completionTokens, ...end } = said
    const { promptTokens } = room
    yield {
      type: 'end',
      ...end,
      usage: { promptTokens, cachedTokens: 0, completionTokens, reasoningTokens: 0 },
      timings: { queued: 0, prefill: prefilled - began, decode: performance.now() - prefilled },
    }
  }

  async *#text(
    text: string,
    request: GenerateRequest,
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<Delta, Said> {
    const filter = new StopFilter(request.stop)
    let tokens = 0
    let waiting: string[] = []
    const delta = (text: string): Delta => ({
      type: 'text',
      text,
      tokens: waiting.length,
      ...(request.logprobs && { logprobs: waiting.map(word => this.#certain(word, request.logprobs)) }),
    })
    for (const word of words(text)) {
      if (tokens >= limit) break
      await this.#step(tokens, signal)
      tokens++
      waiting.push(word)
      const out = filter.push(word)
      if (out.text !== '') {
        yield delta(out.text)
        waiting = []
      }
      if (out.stop !== undefined) return { reason: 'stop', stopSequence: out.stop, tokens }
    }
    const rest = filter.flush()
    if (rest !== '') yield delta(rest)
    return { reason: tokens < words(text).length ? 'length' : 'stop', tokens }
  }

  async *#toolCall(
    call: { name: string; arguments: string },
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<Delta, Said> {
    const id = `call_${this.#vocabulary.encode(call.name + call.arguments).join('_')}`
    yield { type: 'toolCall', index: 0, id, name: call.name, arguments: '' }
    let tokens = 0
    for (const piece of call.arguments.match(/[^,]+,?|,/g) ?? []) {
      if (tokens >= limit) return { reason: 'length', tokens }
      await this.#step(tokens, signal)
      tokens++
      yield { type: 'toolCall', index: 0, arguments: piece }
    }
    return { reason: 'toolCalls', tokens }
  }

  async #step(done: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { wordMilliseconds = 0 } = this.#options
    if (wordMilliseconds > 0) await pause(wordMilliseconds, signal)
    else if (done % wordsPerTurn === wordsPerTurn - 1) await new Promise(resolve => setImmediate(resolve))
  }

  #room(prompt: Prompt): { promptTokens: number; left: number } {
    const promptTokens = prompt.kind === 'tokens' ? prompt.tokens.length : words(textOf(prompt)).length
    const { contextLength } = this.#options
    if (promptTokens >= contextLength) {
      const param = prompt.kind === 'chat' ? 'messages' : 'prompt'
      throw tooLong('prompt', promptTokens, contextLength - 1, param)
    }
    return { promptTokens, left: contextLength - promptTokens }
  }

  async render(chat: ChatPrompt, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    return renderChat(chat)
  }

  async tokenize(text: string, _options: { special: boolean }, signal: AbortSignal): Promise<number[]> {
    signal.throwIfAborted()
    return this.#vocabulary.encode(text)
  }

  async detokenize(tokens: readonly number[], signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    return this.#vocabulary.decode(tokens)
  }

  async embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings> {
    signal.throwIfAborted()
    const inputs = request.inputs.map((input, index) => this.#input(input, index, request.truncate ?? false))
    const vectors = inputs.map(input => {
      const vector = vectorOf(input.join('')).slice(0, request.dimensions)
      return request.normalise === false ? vector : normalised(vector)
    })
    return { vectors, promptTokens: inputs.reduce((sum, input) => sum + input.length, 0) }
  }

  async rank({ query, documents }: RankRequest, signal: AbortSignal): Promise<Ranking> {
    signal.throwIfAborted()
    return {
      scores: documents.map(document => likeness(query, document)),
      promptTokens: documents.reduce((sum, text) => sum + words(query).length + words(text).length, 0),
    }
  }

  async score({ prompt, top }: ScoreRequest, signal: AbortSignal): Promise<readonly ScoredToken[]> {
    signal.throwIfAborted()
    const text = prompt.kind === 'tokens' ? this.#vocabulary.decode(prompt.tokens) : textOf(prompt)
    return words(text).map((word, index) => {
      const certain = this.#certain(word, { top })
      return index === 0 ? { ...certain, logprob: null, top: [] } : certain
    })
  }

  #input(input: string | readonly number[], index: number, truncate: boolean): string[] {
    const all = words(typeof input === 'string' ? input : this.#vocabulary.decode(input))
    const param = `input[${index}]`
    const { contextLength } = this.#options
    if (all.length === 0)
      throw new ImpetusError('invalid_value', 'An empty text has no embedding.', { param })
    if (all.length > contextLength && !truncate) throw tooLong('text', all.length, contextLength, param)
    return all.slice(0, contextLength)
  }

  /** This engine never hesitates: each word has the probability 1. */
  #certain(word: string, asked: GenerateRequest['logprobs']): TokenLogprob {
    const [token = 0] = this.#vocabulary.encode(word)
    const likelihood = { token, text: word, bytes: [...Buffer.from(word)], logprob: 0 }
    return { ...likelihood, top: asked?.top ? [likelihood] : [] }
  }

  async dispose(): Promise<void> {
    this.end(
      { by: 'dispose' },
      new ImpetusError('engine_crashed', 'The model was unloaded. Send the request again.'),
    )
  }

  /** Ends the model; requests under way throw `error`. Only the first call counts. */
  end(ended: Ended, error: ImpetusError): void {
    this.#end(ended)
    this.#gone.abort(error)
  }
}

function tooLong(what: string, tokens: number, most: number, param: string): ImpetusError {
  return new ImpetusError(
    'context_length_exceeded',
    `The ${what} is too long: ${tokens} tokens > ${most} maximum. Shorten the ${param}.`,
    { param },
  )
}

interface Said {
  readonly reason: EndReason
  readonly stopSequence?: string
  readonly tokens: number
}

function textOf(prompt: Exclude<Prompt, { kind: 'tokens' }>): string {
  switch (prompt.kind) {
    case 'chat':
      return renderChat(prompt)
    case 'text':
      return prompt.text
    case 'infill':
      return wholePrefix(prompt) + prompt.suffix
  }
}
