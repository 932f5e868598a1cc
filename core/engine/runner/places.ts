import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CacheFact } from '../engine.ts'
import type { AddonCheckpoint, AddonContext } from './binding.ts'
import type { Job } from './job.ts'
import type { NativeModel } from './native-model.ts'
import { type Candidate, chooseCopy, worthWaiting } from './prefix/choose.ts'
import type { DiskStates, StoredState } from './prefix/disk.ts'
import { PromptMemory } from './prefix/memory.ts'
import { Slot } from './slot.ts'
import { chooseSlot, type SlotChoice } from './slots.ts'

export interface PlacesParts {
  readonly model: NativeModel
  readonly context: AddonContext
  readonly slots: number
  /** Tokens that one slot can hold. */
  readonly contextLength: number
  /** Given for models whose state cannot be cut. */
  readonly makeCheckpoint: (() => AddonCheckpoint) | undefined
  /** Where states survive; absent: nowhere. */
  readonly disk: DiskStates | undefined
  /** A private folder for states on their way from one slot to another; asked for when the first one is. */
  readonly scratch: () => Promise<string>
  readonly warn: (message: string, error: unknown) => void
}

/** Losing fewer tokens than this is no reason to copy. */
const worthCopying = 64
/** States of fewer tokens are computed again more quickly than they are looked after. */
const worthKeeping = 256

/**
 * The slots, and which prompt begins from which state: its own of an earlier turn, one copied from another slot, one
 * from disk. Everything here happens between two steps, because native calls on a context must not overlap.
 */
export class Places {
  readonly slots: readonly Slot[]
  readonly #parts: PlacesParts
  readonly #memory: PromptMemory
  #scratch: Promise<string> | undefined
  #uses = 0

  constructor(parts: PlacesParts) {
    const { context, makeCheckpoint, model } = parts
    this.#parts = parts
    this.#memory = new PromptMemory(model)
    this.slots = Array.from(
      { length: parts.slots },
      (_, index) => new Slot(index, { context, makeCheckpoint }),
    )
  }

  /**
   * Gives a request its slot, with as much of its prompt's state as is to be had; undefined when there is none, or when
   * what it needs is just being computed for another one.
   */
  async place(job: Job, now: () => number): Promise<Slot | undefined> {
    const { prompt } = job.request
    const choice = this.#choose(this.#idle(), prompt)
    if (choice === undefined) return undefined
    const busy = this.slots.flatMap(slot => (slot.job?.phase === 'prefill' ? [slot.job] : []))
    const growing = busy.map(({ request, computed }) => ({ prompt: request.prompt, computed }))
    if (worthWaiting(growing, prompt, choice.keep)) return undefined

    const present = this.slots.map(({ tokens, promptLength }) => ({ tokens: [...tokens], promptLength }))
    const { slot, source, keep } = await this.#prepare(prompt, choice)
    slot.job = job
    // The last token is always computed, because its logits are what the first answer token is sampled from.
    const reused = await slot.cut(Math.min(keep, prompt.length - 1))
    slot.promptLength = prompt.length
    job.admit(reused, this.#memory.fact(prompt, source, reused, present, slot.cuttable), now())
    return slot
  }

  /** A slot's request has come to its end. */
  release(slot: Slot): void {
    slot.job?.chooser?.[Symbol.dispose]()
    slot.job = undefined
    slot.lastUse = ++this.#uses
    if (slot.tokens.length > 0) this.#memory.remember(slot)
  }

  /** Writes to disk what is not there yet, one state after the other, until `stop` says so. */
  async keepAll(stop: () => boolean): Promise<void> {
    for (const slot of this.slots.toSorted((a, b) => b.lastUse - a.lastUse)) {
      if (stop()) return
      if (slot.job === undefined) await (await this.#keep(slot))?.()
    }
  }

  #idle(): Slot[] {
    return this.slots.filter(slot => slot.job === undefined)
  }

  #choose(idle: readonly Slot[], prompt: ArrayLike<number>): SlotChoice | undefined {
    return chooseSlot(
      idle.map(slot => ({
        slot: slot.index,
        tokens: slot.tokens,
        lastUse: slot.lastUse,
        reusable: common => slot.reusable(common),
      })),
      prompt,
    )
  }

  async #prepare(
    prompt: Uint32Array,
    choice: SlotChoice,
  ): Promise<{ slot: Slot; keep: number; source: CacheFact['source'] }> {
    const own = this.slots[choice.slot] as Slot
    const lost = own.tokens.length - choice.keep
    // A state that would lose much is rather copied than cut, where there is room for a copy.
    const copy = chooseCopy(
      this.#candidates(lost < worthCopying ? own : undefined),
      prompt,
      lost < worthCopying ? choice.keep : 0,
    )
    const target = copy && this.#leastMissed(copy.from)
    if (copy !== undefined && target !== undefined && (copy.from !== own || target.tokens.length < lost)) {
      await this.#spare(target, 0)
      const found =
        copy.from instanceof Slot ? await this.#copy(copy.from, target) : await this.#read(copy.from, target)
      if (found)
        return { slot: target, keep: copy.keep, source: copy.from instanceof Slot ? 'otherSlot' : 'disk' }
      target.clear()
      if (target === own) return { slot: own, keep: 0, source: 'none' }
    }
    await this.#spare(own, choice.keep)
    return { slot: own, keep: choice.keep, source: 'slot' }
  }

  /** All states but that of `own`. */
  #candidates(own: Slot | undefined): Candidate<Slot | StoredState>[] {
    const cuttable = this.#parts.makeCheckpoint === undefined
    const slots = this.slots.filter(slot => slot !== own)
    return [
      ...slots.map(slot => ({ from: slot, tokens: slot.tokens, cuttable })),
      ...(this.#parts.disk?.known ?? []).map(state => ({ from: state, tokens: state.tokens, cuttable })),
    ]
  }

  /** The idle slot whose state is worth least, the source left out. */
  #leastMissed(source: unknown): Slot | undefined {
    const idle = this.#idle().filter(slot => slot !== source)
    const choice = this.#choose(idle, [])
    return choice && this.slots[choice.slot]
  }

  async #copy(from: Slot, to: Slot): Promise<boolean> {
    this.#scratch ??= this.#parts.scratch()
    const path = join(await this.#scratch, randomUUID())
    try {
      await this.#parts.context.saveSequenceStateToFile(path, from.index, Uint32Array.from(from.tokens))
      return await this.#load(path, to, from.tokens)
    } catch (error) {
      this.#parts.warn('A state could not be copied from one slot to another', error)
      return false
    } finally {
      await rm(path, { force: true })
    }
  }

  async #read(state: StoredState, to: Slot): Promise<boolean> {
    try {
      const path = await this.#parts.disk?.open(state)
      if (path !== undefined && (await this.#load(path, to, state.tokens))) return true
    } catch (error) {
      this.#parts.warn('A state on disk could not be used', error)
    }
    await this.#parts.disk?.forget(state)
    return false
  }

  async #load(path: string, to: Slot, expected: ArrayLike<number>): Promise<boolean> {
    to.clear()
    const { context, contextLength } = this.#parts
    const tokens = await context.loadSequenceStateFromFile(path, to.index, contextLength)
    if (tokens.length !== expected.length || tokens.some((token, index) => token !== expected[index]))
      return false
    to.adopt(tokens)
    return true
  }

  /** Before all but `keep` tokens of a slot's state are lost. */
  async #spare(slot: Slot, keep: number): Promise<void> {
    if (slot.tokens.length - keep < worthKeeping) return
    const finish = await this.#keep(slot)
    void finish?.().catch(error => this.#parts.warn('A state could not be kept on disk', error))
  }

  /** Writes a slot's state to disk; what is returned makes it count, and may be done while steps are computed. */
  async #keep(slot: Slot): Promise<(() => Promise<void>) | undefined> {
    const { disk, context } = this.#parts
    const tokens = Uint32Array.from(slot.tokens)
    if (disk === undefined || tokens.length < worthKeeping || slot.stored >= tokens.length) return undefined
    slot.stored = tokens.length
    if (disk.has(tokens)) return undefined
    try {
      return await disk.save(tokens, path => context.saveSequenceStateToFile(path, slot.index, tokens))
    } catch (error) {
      this.#parts.warn('A state could not be kept on disk', error)
      return undefined
    }
  }
}
