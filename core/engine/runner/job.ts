import type { EndReason, Sampling, Timings, Usage } from '../engine.ts'
import type { AddonSampler } from './binding.ts'
import type { Piece } from './native-model.ts'
import type { TextStep } from './text-stream.ts'
import { TextStream } from './text-stream.ts'

export interface JobRequest {
  readonly id: number
  readonly prompt: Uint32Array
  /** Tokens to generate at most; the context's end counted in. */
  readonly maxTokens: number
  readonly stop: readonly string[]
  readonly sampling: Sampling
}

/** One request on its way through the engine: queued, then its prompt is computed, then it generates. */
export class Job {
  readonly request: JobRequest
  readonly #text: TextStream
  readonly #added: number
  #admitted = Number.NaN
  #firstToken = Number.NaN
  /** Prompt tokens whose state is there, reused or computed. */
  computed = 0
  cached = 0
  generated = 0
  /** The token that was sampled last, which the next step goes on from. */
  next = -1
  sampler: AddonSampler | undefined
  aborted = false

  constructor(request: JobRequest, now: number) {
    this.request = request
    this.#text = new TextStream(request.stop)
    this.#added = now
  }

  get phase(): 'prefill' | 'decode' {
    return this.next < 0 ? 'prefill' : 'decode'
  }

  /** Tokens that are still to be computed before the next one can be sampled. */
  get pending(): number {
    return this.next < 0 ? this.request.prompt.length - this.computed : 1
  }

  /** The next `count` tokens to compute, which count as computed from now on. */
  take(count: number): Uint32Array {
    if (this.next >= 0) return Uint32Array.of(this.next)
    this.computed += count
    return this.request.prompt.subarray(this.computed - count, this.computed)
  }

  admit(cached: number, now: number): void {
    this.cached = cached
    this.computed = cached
    this.#admitted = now
  }

  /** Takes a sampled token in; `ends` for one that ends the turn, which is counted but has no text. */
  accept(
    token: number,
    piece: Piece,
    ends: boolean,
    now: number,
  ): TextStep & { readonly reason?: EndReason } {
    if (this.generated === 0) this.#firstToken = now
    this.generated++
    this.next = token
    if (ends) return { ...this.#text.flush(), reason: 'stop' }
    const step = this.#text.push(piece)
    if (step.stop !== undefined) return { ...step, reason: 'stop' }
    if (this.generated < this.request.maxTokens) return step
    const rest = this.#text.flush()
    return { text: step.text + rest.text, tokens: step.tokens + rest.tokens, reason: 'length' }
  }

  usage(): Usage {
    return {
      promptTokens: this.request.prompt.length,
      cachedTokens: this.cached,
      completionTokens: this.generated,
      reasoningTokens: 0,
    }
  }

  timings(now: number): Timings {
    const admitted = Number.isNaN(this.#admitted) ? now : this.#admitted
    const firstToken = Number.isNaN(this.#firstToken) ? now : this.#firstToken
    return { queued: admitted - this.#added, prefill: firstToken - admitted, decode: now - firstToken }
  }
}
