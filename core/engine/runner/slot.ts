import type { AddonCheckpoint, AddonContext } from './binding.ts'
import type { Job } from './job.ts'

export interface SlotParts {
  readonly context: AddonContext
  /** Given for models whose state cannot be cut: copies aside what of it can not. */
  readonly makeCheckpoint: (() => AddonCheckpoint) | undefined
}

/** Of one slot: a conversation goes back to its last turns, seldom further. */
const mostCheckpoints = 6
/** Tokens between two checkpoints in the middle of a prompt. */
const checkpointDistance = 1024

/** One sequence of the native context: what its state holds, and who uses it. The two change together, between steps. */
export class Slot {
  readonly index: number
  job: Job | undefined
  /** A count that rises with each use. */
  lastUse = 0
  /** Tokens of the prompt that came last; what follows them was generated. */
  promptLength = 0
  /** How many leading tokens have been written to disk. */
  stored = 0
  readonly #parts: SlotParts
  #tokens: number[] = []
  #checkpoints: { readonly tokens: number; readonly native: AddonCheckpoint }[] = []

  constructor(index: number, parts: SlotParts) {
    this.index = index
    this.#parts = parts
  }

  /** Tokens whose state is in the context, or will be after the step that is being made. */
  get tokens(): readonly number[] {
    return this.#tokens
  }

  /** Whether the state can be cut back to any number of tokens. */
  get cuttable(): boolean {
    return this.#parts.makeCheckpoint === undefined
  }

  /** How many of the first `common` tokens could be kept, were it cut. */
  reusable(common: number): number {
    if (this.cuttable || common >= this.#tokens.length) return common
    return Math.max(0, ...this.#checkpoints.map(({ tokens }) => tokens).filter(tokens => tokens <= common))
  }

  /**
   * Shortens the state to its first `keep` tokens, or to the next checkpoint before, or to none.
   *
   * @returns how many tokens are left
   */
  async cut(keep: number): Promise<number> {
    if (keep === this.#tokens.length) return keep
    this.stored = Math.min(this.stored, keep)
    const left = this.cuttable ? this.#cutAt(keep) : await this.#goBack(keep)
    if (left > 0) return left
    this.clear()
    return 0
  }

  clear(): void {
    this.#parts.context.disposeSequence(this.index)
    this.#tokens = []
    this.stored = 0
    this.#forgetCheckpoints(0)
  }

  /** The native sequence has been given the state of these tokens. */
  adopt(tokens: ArrayLike<number>): void {
    this.#tokens = Array.from(tokens)
    this.#forgetCheckpoints(0)
  }

  /** Tokens that may be computed before the state has to be copied aside; `pending`: as many as there are. */
  untilCheckpoint(pending: number): number {
    if (this.cuttable || pending <= 1) return pending
    // The last token is computed again when the same prompt comes again, so the copy is made before it.
    return pending - 1
  }

  /** Copies the state aside where the model needs it: before a prompt's last token, and now and then on the way. */
  async checkpoint(): Promise<void> {
    if (this.#parts.makeCheckpoint === undefined || this.job?.phase !== 'prefill') return
    const tokens = this.#tokens.length
    const distance = tokens - (this.#checkpoints.at(-1)?.tokens ?? 0)
    const last = this.job.pending === 1
    if (this.job.pending === 0 || distance === 0 || (!last && distance < checkpointDistance)) return
    const native = this.#parts.makeCheckpoint()
    await native.init(this.#parts.context, this.index)
    this.#checkpoints.push({ tokens, native })
    if (this.#checkpoints.length > mostCheckpoints) this.#checkpoints.shift()?.native.dispose()
  }

  /**
   * Puts tokens into the step that is being made.
   *
   * @param sample how many of the last ones' logits are wanted
   * @returns where those logits will be
   */
  addToBatch(tokens: Uint32Array, sample: number): Uint32Array {
    const wanted = Uint32Array.from({ length: sample }, (_, index) => tokens.length - sample + index)
    const logits = this.#parts.context.addToBatch(this.index, this.#tokens.length, tokens, wanted)
    for (const token of tokens) this.#tokens.push(token)
    return logits
  }

  #cutAt(keep: number): number {
    if (keep === 0 || !this.#parts.context.removeTokenCellsFromSequence(this.index, keep, -1)) return 0
    this.#tokens.length = keep
    return keep
  }

  async #goBack(keep: number): Promise<number> {
    const last = this.#checkpoints.findLast(({ tokens }) => tokens <= keep)
    if (last === undefined) return 0
    if (!(await this.#parts.context.restoreCheckpoint(last.native, last.tokens - 1))) return 0
    this.#tokens.length = last.tokens
    this.#forgetCheckpoints(last.tokens)
    return last.tokens
  }

  /** Drops those that are of more than `tokens`. */
  #forgetCheckpoints(tokens: number): void {
    for (const each of this.#checkpoints) if (each.tokens > tokens) each.native.dispose()
    this.#checkpoints = this.#checkpoints.filter(each => each.tokens <= tokens)
  }
}
