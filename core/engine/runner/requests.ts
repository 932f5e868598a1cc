import { ImpetusError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../engine.ts'
import { packRows } from '../numbers.ts'
import type { CoreMessage, RunnerLoadOptions } from '../protocol.ts'
import { Chooser } from './chooser.ts'
import type { Vectors } from './embedder.ts'
import { errorMessage } from './error-message.ts'
import { parseGrammar } from './held.ts'
import type { Loaded } from './load.ts'
import type { Outbox } from './outbox.ts'
import { promptTokens, renderChat } from './prompt.ts'
import { Scheduler } from './scheduler.ts'

/** Answers the core's requests about a loaded model. Text work happens here, between steps; computing in the scheduler. */
export class Requests {
  readonly #loaded: Loaded
  readonly #contextLength: number
  readonly #outbox: Outbox
  /** Absent in models that write no text. */
  readonly #scheduler: Scheduler | undefined
  readonly #computing = new Map<number, AbortController>()

  constructor(loaded: Loaded, options: RunnerLoadOptions, outbox: Outbox) {
    this.#loaded = loaded
    this.#contextLength = options.contextLength
    this.#outbox = outbox
    const { model, writing } = loaded
    this.#scheduler =
      writing &&
      new Scheduler({
        ...writing,
        model,
        batchSize: options.batchSize,
        tell: message => outbox.tell(message),
        text: (id, text, tokens, logprobs) => outbox.text(id, text, tokens, logprobs),
        ready: () => outbox.ready(),
      })
  }

  get stepTimes(): Scheduler['stepTimes'] {
    return this.#scheduler?.stepTimes ?? idle
  }

  /** Ends all work and writes to disk what should survive. */
  async close(): Promise<void> {
    await this.#scheduler?.close()
  }

  take(message: Exclude<CoreMessage, { t: 'load' }>): void {
    if (message.t === 'abort') {
      this.#scheduler?.abort(message.id)
      this.#computing.get(message.id)?.abort()
      return
    }
    try {
      this.#answer(message)
    } catch (error) {
      this.#outbox.tell(errorMessage(message.id, error))
    }
  }

  #answer(message: Exclude<CoreMessage, { t: 'load' | 'abort' }>): void {
    const { model, template } = this.#loaded
    const { id } = message
    switch (message.t) {
      case 'generate':
        this.#generate(id, message.request)
        break
      case 'render':
        this.#outbox.tell({ t: 'rendering', id })
        this.#outbox.tell({ t: 'result', id, value: renderChat(message.chat, template, model) })
        break
      case 'tokenize':
        this.#outbox.tell({ t: 'result', id, value: [...model.tokenize(message.text, message.special)] })
        break
      case 'detokenize':
        this.#outbox.tell({ t: 'result', id, value: model.detokenize(Uint32Array.from(message.tokens)) })
        break
      case 'embed':
        void this.#compute(id, signal => this.#loaded.embedder.embed(message.request, signal))
        break
      case 'rank':
        void this.#compute(id, signal => this.#loaded.embedder.rank(message.request, signal))
        break
    }
  }

  async #compute(id: number, vectors: (signal: AbortSignal) => Promise<Vectors>): Promise<void> {
    const abort = new AbortController()
    this.#computing.set(id, abort)
    try {
      const { rows, promptTokens } = await vectors(abort.signal)
      this.#outbox.tell({ t: 'numbers', id, rows: rows.length, data: packRows(rows), promptTokens })
    } catch (error) {
      if (!abort.signal.aborted) this.#outbox.tell(errorMessage(id, error))
    } finally {
      this.#computing.delete(id)
    }
  }

  #generate(id: number, request: GenerateRequest): void {
    const { binding, model, template, templateStop } = this.#loaded
    const scheduler = this.#scheduler
    if (scheduler === undefined) throw writesNothing()
    const chat = request.prompt.kind === 'chat'
    if (chat) this.#outbox.tell({ t: 'rendering', id })
    const prompt = promptTokens(request.prompt, { template, model, contextLength: this.#contextLength })
    const room = this.#contextLength - prompt.length
    for (const { token } of request.sampling.logitBias ?? []) model.mustKnow(token, 'logit_bias')
    const grammar = request.grammar && parseGrammar(binding, request.grammar)
    this.#outbox.tell({ t: 'start', id, promptTokens: prompt.length })
    scheduler.add({
      id,
      prompt,
      maxTokens: Math.min(request.maxTokens ?? room, room),
      stop: chat ? [...request.stop, ...templateStop] : request.stop,
      timeLimit: request.timeLimit,
      predicted: model.tokenize(request.predicted?.slice(0, longestPrediction) ?? '', false),
      client: request.client ?? '',
      chooser: () => new Chooser({ binding, model, request, grammar }, prompt),
    })
  }
}

/** Characters: what is looked through again for each guess must not be endless. */
const longestPrediction = 100_000

const idle = { step: null, lastStep: 0 }

function writesNothing(): ImpetusError {
  return new ImpetusError('invalid_value', 'This model writes no text. Name a model that does.', {
    param: 'model',
  })
}
