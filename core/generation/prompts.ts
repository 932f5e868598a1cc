import { ImpetusError } from '../contract/errors.ts'
import type { GenerateRequest, LoadedModel } from '../engine/engine.ts'
import type { Residency } from '../residency/types.ts'
import { prepare } from './prepare.ts'
import { TemplateProbe } from './templates/probe.ts'
import type { AnswerRequest } from './types.ts'

/** What a dialect's request becomes for a model, without answering it. Loads the model if it must. */
export class Prompts {
  readonly #residency: Residency
  readonly #probe = new TemplateProbe()

  constructor(residency: Residency) {
    this.#residency = residency
  }

  /** Exactly the tokens that the prompt of such a request has, also where they are too many for the model. */
  async count(modelId: string, request: AnswerRequest, signal: AbortSignal): Promise<number> {
    await using lease = await this.#residency.acquire(modelId, signal)
    const { model } = lease
    const { request: prepared } = await prepare(request, model, this.#probe)
    try {
      return await accepted(model, prepared, signal)
    } catch (error) {
      const tooLong = error instanceof ImpetusError && error.code === 'context_length_exceeded'
      if (!tooLong || prepared.prompt.kind !== 'chat') throw error
      const text = await model.render(prepared.prompt, signal)
      return (await model.tokenize(text, { special: true }, signal)).length
    }
  }

  /** The text that a chat is rendered to. */
  async render(modelId: string, request: AnswerRequest, signal: AbortSignal): Promise<string> {
    await using lease = await this.#residency.acquire(modelId, signal)
    const { prompt } = (await prepare(request, lease.model, this.#probe)).request
    if (prompt.kind === 'chat') return lease.model.render(prompt, signal)
    throw new ImpetusError('invalid_value', 'Only a conversation can be rendered: send "messages".', {
      param: 'messages',
    })
  }
}

/** The engine's own count. Nothing is computed for an answer of no tokens. */
async function accepted(model: LoadedModel, request: GenerateRequest, signal: AbortSignal): Promise<number> {
  for await (const delta of model.generate({ ...request, maxTokens: 0 }, signal)) {
    if (delta.type === 'end') return delta.usage.promptTokens
  }
  throw new ImpetusError('internal_error', 'The engine stopped without an end. Send the request again.')
}
