import { ImpetusError } from '../../contract/errors.ts'
import type {
  ChatPrompt,
  Delta,
  Embeddings,
  Ended,
  EndReason,
  GenerateRequest,
  LoadedFacts,
  LoadedModel,
  Prompt,
  Ranking,
} from '../engine.ts'
import { pause } from './pause.ts'
import { renderChat, scriptFor } from './script.ts'
import type { ScriptedOptions } from './scripted.ts'
import { StopFilter } from './stop.ts'
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
    const script = scriptFor(request.prompt)
    const said =
      script.say === 'text'
        ? yield* this.#text(script.text, request.stop, limit, until)
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
    stop: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<Delta, Said> {
    const filter = new StopFilter(stop)
    let tokens = 0
    let waiting = 0
    for (const word of words(text)) {
      if (tokens >= limit) break
      await this.#step(tokens, signal)
      tokens++
      waiting++
      const out = filter.push(word)
      if (out.text !== '') {
        yield { type: 'text', text: out.text, tokens: waiting }
        waiting = 0
      }
      if (out.stop !== undefined) return { reason: 'stop', stopSequence: out.stop, tokens }
    }
    const rest = filter.flush()
    if (rest !== '') yield { type: 'text', text: rest, tokens: waiting }
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
      throw new ImpetusError(
        'context_length_exceeded',
        `The prompt is too long: ${promptTokens} tokens > ${contextLength - 1} maximum. Shorten the messages.`,
        { param: prompt.kind === 'chat' ? 'messages' : 'prompt' },
      )
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

  async embed(): Promise<Embeddings> {
    throw onlyScripts()
  }

  async rank(): Promise<Ranking> {
    throw onlyScripts()
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

function onlyScripts(): ImpetusError {
  return new ImpetusError('invalid_value', 'The scripted model only writes text. Name another model.', {
    param: 'model',
  })
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
      return prompt.prefix + prompt.suffix
  }
}
