import { ImpetusError } from '../../contract/errors.ts'
import type { GenerateRequest, ScoreRequest } from '../engine.ts'
import { packRows } from '../numbers.ts'
import type { CoreMessage, RunnerLoadOptions, RunnerMessage } from '../protocol.ts'
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
      case 'score':
        void this.#score(id, message.request)
        break
    }
  }

  #compute(id: number, vectors: (signal: AbortSignal) => Promise<Vectors>): Promise<void> {
    return this.#work(id, async signal => {
      const { rows, promptTokens } = await vectors(signal)
      return { t: 'numbers', id, rows: rows.length, data: packRows(rows), promptTokens }
    })
  }

  #score(id: number, { prompt, top }: ScoreRequest): Promise<void> {
    return this.#work(id, async signal => {
      const { model, template, scorer, writing } = this.#loaded
      if (writing === undefined) throw writesNothing()
      const tokens = promptTokens(prompt, { template, model, contextLength: this.#contextLength })
      const scored = await scorer.score(tokens, top, signal)
      // What was put before the text is none of it.
      const added =
        prompt.kind === 'text' && model.addsBos && !prompt.text.startsWith(model.spelling(model.bos))
      return { t: 'scores', id, tokens: added ? scored.slice(1) : scored }
    })
  }

  /** Work that has one answer, and can be stopped. */
  async #work(id: number, answer: (signal: AbortSignal) => Promise<RunnerMessage>): Promise<void> {
    const abort = new AbortController()
    this.#computing.set(id, abort)
    try {
      this.#outbox.tell(await answer(abort.signal))
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
