import type { CacheFact, EndReason, Timings, TokenLogprob, Usage } from '../engine.ts'
import type { Choice, Chooser } from './chooser.ts'
import { believed, Trust } from './speculation.ts'
import type { TextStep } from './text-stream.ts'
import { TextStream } from './text-stream.ts'

export interface JobRequest {
  readonly id: number
  readonly prompt: Uint32Array
  /** Tokens to generate at most; the context's end counted in. */
  readonly maxTokens: number
  readonly stop: readonly string[]
  /** Milliseconds after the first token after which the answer ends with its next whole line; absent: none. */
  readonly timeLimit: number | undefined
  /** Tokens that the answer is likely to repeat. */
  readonly predicted: ArrayLike<number>
  /** Makes what chooses its tokens, once it has a slot. */
  readonly chooser: () => Chooser
  /** Whose turn it uses up while it waits. */
  readonly client: string
}

/** From what was said before, or by a draft model. */
export type GuessSource = 'lookup' | 'draft'

/** What an answer gets of one token. */
export interface AnswerStep extends TextStep {
  readonly reason?: EndReason
  /** Of the tokens that `text` stands for. */
  readonly logprobs?: readonly TokenLogprob[]
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
  /** Guesses at the tokens after it, which the next step tries. */
  draft: readonly number[] = []
  #source: GuessSource = 'lookup'
  /** The next token as far as what was said before tells; not tried, only compared. */
  expected: number | undefined
  /** A count that rises with each step; the last one this job was part of. */
  lastStep = 0
  cache: CacheFact | undefined
  /** How well guesses have held, by where they came from. */
  readonly trust: Readonly<Record<GuessSource, Trust>> = {
    lookup: new Trust(believed.lookup),
    draft: new Trust(believed.draft),
  }
  #guessedSteps = 0
  #drafted = 0
  #accepted = 0
  chooser: Chooser | undefined
  #logprobs: TokenLogprob[] = []
  #hasLine = false
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
    return this.next < 0 ? this.request.prompt.length - this.computed : 1 + this.draft.length
  }

  /** The next `count` tokens to compute, which count as computed from now on. */
  take(count: number): Uint32Array {
    if (this.next >= 0) return Uint32Array.of(this.next, ...this.draft)
    this.computed += count
    return this.request.prompt.subarray(this.computed - count, this.computed)
  }

  admit(cached: number, cache: CacheFact, now: number): void {
    this.cache = cache
    this.cached = cached
    this.computed = cached
    this.#admitted = now
  }

  /** Only so many prompt tokens are computed any more: the others are computed again, and count as not reused. */
  goBack(computed: number): void {
    this.computed = computed
    this.cached = Math.min(this.cached, computed)
  }

  /** Takes a chosen token in; `ends` for one that ends the turn, which is counted but has no text of its own. */
  accept({ token, piece, logprob }: Choice, ends: boolean, now: number): AnswerStep {
    if (this.generated === 0) this.#firstToken = now
    if (this.expected !== undefined) this.trust.lookup.learn(1, this.expected === token ? 1 : 0)
    this.expected = undefined
    this.generated++
    this.next = token
    if (logprob !== undefined && !ends) this.#logprobs.push(logprob)
    const { reason, ...step } = this.#advance(piece, ends, now)
    const logprobs = step.text === '' ? [] : this.#logprobs.splice(0)
    return { ...step, ...(reason && { reason }), ...(logprobs.length > 0 && { logprobs }) }
  }

  #advance(piece: Choice['piece'], ends: boolean, now: number): AnswerStep {
    const step = ends && piece.length === 0 ? noText : this.#text.push(piece)
    if (step.stop !== undefined) return { ...step, reason: 'stop' }
    if (!ends && this.left > 0 && !this.#isLate(step.text, now)) return step
    const rest = this.#text.flush()
    return {
      text: step.text + rest.text,
      tokens: step.tokens + rest.tokens,
      reason: ends ? 'stop' : 'length',
    }
  }

  #isLate(text: string, now: number): boolean {
    const { timeLimit } = this.request
    if (timeLimit === undefined) return false
    this.#hasLine ||= text.includes('\n')
    return this.#hasLine && now - this.#firstToken > timeLimit
  }

  /** Tokens that the next step tries beside the one it goes on from. */
  guess(tokens: readonly number[], source: GuessSource): void {
    this.draft = tokens
    this.#source = source
  }

  /** Of `drafted` guesses the first `accepted` were what the model said. */
  guessed(drafted: number, accepted: number): void {
    this.#guessedSteps++
    this.#drafted += drafted
    this.#accepted += accepted
    this.trust[this.#source].learn(drafted, accepted)
  }

  /** Tokens that may still be generated. */
  get left(): number {
    return this.request.maxTokens - this.generated
  }

  usage(): Usage {
    return {
      promptTokens: this.request.prompt.length,
      cachedTokens: this.cached,
      completionTokens: this.generated,
      reasoningTokens: this.chooser?.reasoningTokens ?? 0,
    }
  }

  timings(now: number): Timings {
    const admitted = Number.isNaN(this.#admitted) ? now : this.#admitted
    const firstToken = Number.isNaN(this.#firstToken) ? now : this.#firstToken
    return {
      queued: admitted - this.#added,
      prefill: firstToken - admitted,
      decode: now - firstToken,
      ...(this.#drafted > 0 && {
        speculation: { drafted: this.#drafted, accepted: this.#accepted, steps: this.#guessedSteps },
      }),
    }
  }
}

const noText: TextStep = { text: '', tokens: 0 }
