import type { GenerateRequest } from '../engine.ts'
import type { CoreMessage, RunnerLoadOptions } from '../protocol.ts'
import { errorMessage } from './error-message.ts'
import type { Loaded } from './load.ts'
import type { Outbox } from './outbox.ts'
import { promptTokens, renderChat } from './prompt.ts'
import { Scheduler } from './scheduler.ts'

/** Answers the core's requests about a loaded model. Text work happens here, between steps; computing in the scheduler. */
export class Requests {
  readonly #loaded: Loaded
  readonly #contextLength: number
  readonly #outbox: Outbox
  readonly #scheduler: Scheduler

  constructor(loaded: Loaded, options: RunnerLoadOptions, outbox: Outbox) {
    this.#loaded = loaded
    this.#contextLength = options.contextLength
    this.#outbox = outbox
    const { binding, model, context } = loaded
    this.#scheduler = new Scheduler({
      model,
      context,
      makeSampler: () => new binding.AddonSampler(model.addon),
      slots: options.slots,
      batchSize: options.batchSize,
      stepMilliseconds: loaded.stepMilliseconds,
      tell: message => outbox.tell(message),
      text: (id, text, tokens) => outbox.text(id, text, tokens),
      ready: () => outbox.ready(),
    })
  }

  get stepTimes(): Scheduler['stepTimes'] {
    return this.#scheduler.stepTimes
  }

  take(message: Exclude<CoreMessage, { t: 'load' }>): void {
    if (message.t === 'abort') {
      this.#scheduler.abort(message.id)
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
    }
  }

  #generate(id: number, request: GenerateRequest): void {
    const { model, template, templateStop } = this.#loaded
    const chat = request.prompt.kind === 'chat'
    if (chat) this.#outbox.tell({ t: 'rendering', id })
    const prompt = promptTokens(request.prompt, { template, model, contextLength: this.#contextLength })
    const room = this.#contextLength - prompt.length
    for (const { token } of request.sampling.logitBias ?? []) model.mustKnow(token, 'logit_bias')
    this.#outbox.tell({ t: 'start', id, promptTokens: prompt.length })
    this.#scheduler.add({
      id,
      prompt,
      maxTokens: Math.min(request.maxTokens ?? room, room),
      stop: chat ? [...request.stop, ...templateStop] : request.stop,
      sampling: request.sampling,
    })
  }
}
