import { ImpetusError } from '../../contract/errors.ts'
import type { GenerateRequest, TokenLogprob } from '../engine.ts'
import type { AddonContext, AddonGrammar, AddonSampler, Binding } from './binding.ts'
import { HeldAnswer } from './held.ts'
import { Likelihoods } from './logprobs.ts'
import type { NativeModel, Piece } from './native-model.ts'
import { ReasoningWatch } from './reasoning-watch.ts'
import { penaltyWindow, samplerConfig } from './sampling.ts'

export interface ChooserParts {
  readonly binding: Binding
  readonly model: NativeModel
  readonly request: Pick<GenerateRequest, 'sampling' | 'grammar' | 'markers' | 'reasoning' | 'logprobs'>
  /** The request's grammar, already read. */
  readonly grammar: AddonGrammar | undefined
}

export interface Choice {
  readonly token: number
  /** What the answer's text gets of it. */
  readonly piece: Piece
  readonly logprob?: TokenLogprob
}

/**
 * Chooses an answer's tokens: sampling settings, grammar, the end of reasoning that has lasted long enough. Native
 * samplers are made when the request gets its slot and freed when it leaves it.
 */
export class Chooser implements Disposable {
  readonly #parts: ChooserParts
  readonly #sampler: AddonSampler
  readonly #markers: ReadonlySet<number>
  readonly #held: HeldAnswer | undefined
  readonly #reasoning: ReasoningWatch | undefined
  readonly #likelihoods: Likelihoods | undefined
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #seed = Math.random() * 2 ** 32
  /** Tokens that come next whatever the model says. */
  #forced: number[] = []
  /** The last tokens, for the penalties. */
  readonly #recent: number[]

  constructor(parts: ChooserParts, prompt: Uint32Array) {
    const { binding, model, request, grammar } = parts
    this.#parts = parts
    this.#recent = [...prompt.subarray(-penaltyWindow)]
    this.#markers = markerTokens(request.markers ?? [], model)
    this.#held = grammar && new HeldAnswer(binding, model, grammar, request.grammar?.triggers)
    this.#reasoning = request.reasoning && new ReasoningWatch(request.reasoning)
    this.#likelihoods = request.logprobs && new Likelihoods(binding, model)
    this.#sampler = new binding.AddonSampler(model.addon)
    this.#configure()
  }

  get reasoningTokens(): number {
    return this.#reasoning?.tokens ?? 0
  }

  /** From the logits at `logit` of the step just computed. @throws `invalid_value` when nothing may be chosen */
  async choose(context: AddonContext, logit: number): Promise<Choice> {
    const { request } = this.#parts
    const forced = this.#forced.shift()
    if (forced !== undefined && this.#held?.put(forced)) this.#configure()
    const token = forced ?? (await this.#sample(context, logit))
    const logprob = await this.#likelihoods?.of(context, logit, token, request.logprobs?.top ?? 0)
    this.#saw(token)
    return { token, piece: this.#piece(token), ...(logprob && { logprob }) }
  }

  #piece(token: number): Piece {
    const { model } = this.#parts
    if (this.#markers.has(token)) return model.spelling(token)
    return model.endsTurn(token) ? '' : model.piece(token)
  }

  [Symbol.dispose](): void {
    this.#sampler.dispose()
    this.#likelihoods?.[Symbol.dispose]()
  }

  async #sample(context: AddonContext, logit: number): Promise<number> {
    let token = -1
    try {
      token = await context.sampleToken(logit, this.#sampler)
    } catch (error) {
      // llama.cpp says so where a grammar has come to a place that no token of the vocabulary leads on from.
      throw nothingLeft(this.#held?.state !== undefined, error)
    }
    if (token < 0) throw nothingLeft(this.#held?.state !== undefined)
    return token
  }

  #saw(token: number): void {
    const { model, request } = this.#parts
    this.#recent.push(token)
    if (this.#recent.length > penaltyWindow) this.#recent.shift()
    if (this.#reasoning === undefined && request.grammar?.triggers === undefined) return
    const text = this.#decoder.decode(model.spelt(token), { stream: true })
    const wasInside = this.#reasoning?.inside ?? false
    this.#reasoning?.push(text)
    const inside = this.#reasoning?.inside ?? false
    if (this.#reasoning?.spent && this.#forced.length === 0)
      this.#forced = [...model.tokenize(request.reasoning?.close ?? '', true)]
    if (this.#held?.saw(token, text, wasInside || inside)) this.#configure()
  }

  #configure(): void {
    const { sampling } = this.#parts.request
    this.#sampler.applyConfig(
      samplerConfig(sampling, Uint32Array.from(this.#recent), this.#seed, this.#held?.state),
    )
  }
}

/** Special tokens whose text belongs into the answer. Markers that are several tokens are text already. */
function markerTokens(markers: readonly string[], model: NativeModel): ReadonlySet<number> {
  const found = new Set<number>()
  for (const marker of markers) {
    for (const token of model.tokenize(marker, true)) if (model.isSpecial(token)) found.add(token)
  }
  return found
}

function nothingLeft(grammar: boolean, cause?: unknown): ImpetusError {
  const what = grammar ? 'grammar leaves' : 'logit biases leave'
  return new ImpetusError('invalid_value', `The ${what} no token to choose.`, {
    param: grammar ? 'grammar' : 'logit_bias',
    ...(cause !== undefined && { cause }),
  })
}
