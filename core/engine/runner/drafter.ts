import type { AddonContext, AddonSampler } from './binding.ts'
import { commonPrefix } from './slots.ts'
import type { StepClock } from './step-clock.ts'

export interface DrafterParts {
  /** Of the draft model, with one sequence. */
  readonly context: AddonContext
  readonly sampler: AddonSampler
  readonly endsTurn: (token: number) => boolean
  /** Tokens that its context holds. */
  readonly contextLength: number
  readonly batchSize: number
  readonly clock: StepClock
}

/** Tokens looked at when it begins anew: more make better guesses, and take longer. */
const lookedAt = 256
/** How sure it must be of a guess for the next one to be worth making. */
const leastSure = 0.4
/** What a measurement counts for when the next one comes. */
const forgetting = 0.8

/** A small model that guesses a larger one's next tokens. Its state follows the conversation that was guessed for last. */
export class Drafter {
  readonly #parts: DrafterParts
  /** Where in the conversation its state begins. */
  #offset = 0
  #held: number[] = []
  #logit = 0
  #cost: number | undefined

  constructor(parts: DrafterParts) {
    this.#parts = parts
  }

  /** Milliseconds that a guess costs; undefined before the first one. */
  get cost(): number | undefined {
    return this.#cost
  }

  /** At most so many tokens that may follow `past` and `next`; fewer where it is not sure. */
  async guess(past: readonly number[], next: number, most: number): Promise<number[]> {
    const began = this.#held.length + this.#offset
    this.#follow(past, most)
    const missing = past.length - this.#offset - this.#held.length
    let spent = await this.#feed([...past.slice(past.length - missing), next])
    // What was caught up with is not what a guess costs.
    const caughtUp = past.length - began > most + 1
    const guesses: number[] = []
    for (;;) {
      const [token, , sure = 0] = await this.#parts.context.sampleToken(
        this.#logit,
        this.#parts.sampler,
        false,
        true,
      )
      if (token < 0 || sure < leastSure || this.#parts.endsTurn(token)) break
      guesses.push(token)
      if (guesses.length >= most) break
      spent += await this.#feed([token])
    }
    if (!caughtUp && guesses.length > 0) this.#learn(spent / guesses.length)
    return guesses
  }

  /** Cuts the state back to what it shares with the conversation, or begins anew near its end. */
  #follow(past: readonly number[], most: number): void {
    const { context, contextLength } = this.#parts
    const shared = commonPrefix(this.#held, past.slice(this.#offset))
    const missing = past.length - this.#offset - shared
    const fits = past.length - this.#offset + most + 1 <= contextLength
    if (fits && missing <= lookedAt && this.#offset <= past.length) {
      if (shared === this.#held.length) return
      if (context.removeTokenCellsFromSequence(0, shared, -1)) {
        this.#held.length = shared
        return
      }
    }
    context.disposeSequence(0)
    this.#held = []
    this.#offset = Math.max(0, past.length - lookedAt)
  }

  /** Milliseconds that it cost. */
  async #feed(tokens: readonly number[]): Promise<number> {
    const { context, batchSize, clock } = this.#parts
    let spent = 0
    for (let at = 0; at < tokens.length; at += batchSize) {
      const part = Uint32Array.from(tokens.slice(at, at + batchSize))
      const last = at + part.length === tokens.length
      context.initBatch(part.length)
      const wanted = last ? Uint32Array.of(part.length - 1) : new Uint32Array(0)
      const [logit = 0] = context.addToBatch(0, this.#held.length, part, wanted)
      clock.start()
      await context.decodeBatch()
      spent += clock.stop()
      this.#held.push(...part)
      if (last) this.#logit = logit
    }
    return spent
  }

  #learn(milliseconds: number): void {
    this.#cost =
      this.#cost === undefined ? milliseconds : this.#cost * forgetting + milliseconds * (1 - forgetting)
  }
}
