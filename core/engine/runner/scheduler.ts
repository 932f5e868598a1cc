import { ImpetusError } from '../../contract/errors.ts'
import type { EndReason } from '../engine.ts'
import type { RunnerMessage } from '../protocol.ts'
import type { AddonContext, AddonSampler } from './binding.ts'
import { Job, type JobRequest } from './job.ts'
import type { NativeModel } from './native-model.ts'
import { Pace } from './pace.ts'
import { penaltyWindow, samplerConfig } from './sampling.ts'
import { chooseSlot } from './slots.ts'
import { composeStep, type StepPart } from './step.ts'

export interface SchedulerParts {
  readonly model: NativeModel
  readonly context: AddonContext
  readonly makeSampler: () => AddonSampler
  readonly slots: number
  /** Widest batch of one step, in tokens. */
  readonly batchSize: number
  /** Milliseconds that a step of one token takes. */
  readonly stepMilliseconds: number
  readonly tell: (message: RunnerMessage) => void
  /** One piece of text of one request, sent with the others of its step. */
  readonly text: (id: number, text: string, tokens: number) => void
  /** Waits until the core has taken what it was sent. */
  readonly ready: () => Promise<void> | undefined
}

/** Milliseconds that a step with prompt tokens may take: an abort waits as long, and so does every stream beside it. */
const stepBudget = 200
const sharedStepBudget = 100

interface Slot {
  readonly index: number
  /** Tokens whose state is in the context. */
  tokens: number[]
  job: Job | undefined
  lastUse: number
}

/**
 * Owns the batch: decides what every step computes, runs it and hands out what came of it. One loop, which is awake
 * only while there is work; everything else only adds to the queue or marks jobs as aborted. What the native context
 * holds and what `slots` says it holds change together, between steps.
 */
export class Scheduler {
  readonly #parts: SchedulerParts
  readonly #slots: Slot[]
  readonly #queue: Job[] = []
  readonly #jobs = new Map<number, Job>()
  readonly #pace: Pace
  #uses = 0
  #running = false
  #stepStarted: number | undefined
  #lastStep = 0

  constructor(parts: SchedulerParts) {
    this.#parts = parts
    this.#slots = Array.from({ length: parts.slots }, (_, index) => ({
      index,
      tokens: [],
      job: undefined,
      lastUse: 0,
    }))
    this.#pace = new Pace(parts.batchSize, Math.floor(stepBudget / parts.stepMilliseconds))
  }

  /** Milliseconds that the step under way has taken so far, null between steps, and that the last one took. */
  get stepTimes(): { readonly step: number | null; readonly lastStep: number } {
    const started = this.#stepStarted
    return { step: started === undefined ? null : performance.now() - started, lastStep: this.#lastStep }
  }

  /** Queues a request; its end is told. */
  add(request: JobRequest): void {
    const job = new Job(request, performance.now())
    if (request.maxTokens === 0) {
      this.#end(job, 'length')
      return
    }
    this.#jobs.set(request.id, job)
    this.#queue.push(job)
    if (!this.#running) void this.#run()
  }

  /** Forgets a request: at once when it is queued, else before the next step. */
  abort(id: number): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    job.aborted = true
    this.#jobs.delete(id)
    const place = this.#queue.indexOf(job)
    if (place >= 0) this.#queue.splice(place, 1)
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#makeReady()) {
        await this.#parts.ready()
        const step = this.#compose()
        if (step.length > 0) await this.#step(step)
      }
    } finally {
      this.#running = false
    }
  }

  /** Frees the slots of aborted jobs and fills free slots from the queue. Whether there is anything to compute. */
  #makeReady(): boolean {
    for (const slot of this.#slots) if (slot.job?.aborted) this.#release(slot)
    while (this.#queue.length > 0) {
      const idle = this.#slots.filter(slot => slot.job === undefined)
      const job = this.#queue[0] as Job
      const choice = chooseSlot(
        idle.map(({ index, tokens, lastUse }) => ({ slot: index, tokens, lastUse })),
        job.request.prompt,
      )
      if (choice === undefined) break
      this.#queue.shift()
      this.#admit(job, this.#slots[choice.slot] as Slot, choice.keep)
    }
    return this.#slots.some(slot => slot.job !== undefined)
  }

  #admit(job: Job, slot: Slot, common: number): void {
    const { prompt, sampling } = job.request
    // The last token is always computed, because its logits are what the first answer token is sampled from.
    const cached = this.#cut(slot, Math.min(common, prompt.length - 1))
    job.admit(cached, performance.now())
    job.sampler = this.#parts.makeSampler()
    job.sampler.applyConfig(samplerConfig(sampling, prompt.subarray(-penaltyWindow), Math.random() * 2 ** 32))
    slot.job = job
  }

  /** Shortens what a slot holds to its first `keep` tokens, or to none where the model's state cannot be cut. */
  #cut(slot: Slot, keep: number): number {
    if (keep === slot.tokens.length) return keep
    const { context } = this.#parts
    const whole = context.getSequenceKvCacheMinPosition(slot.index) <= 0
    if (keep > 0 && whole && context.removeTokenCellsFromSequence(slot.index, keep, -1)) {
      slot.tokens.length = keep
      return keep
    }
    this.#clear(slot)
    return 0
  }

  #clear(slot: Slot): void {
    this.#parts.context.disposeSequence(slot.index)
    slot.tokens = []
  }

  #compose(): StepPart[] {
    const wishes = this.#slots.flatMap(({ index, job }) =>
      job === undefined || job.aborted ? [] : [{ slot: index, phase: job.phase, tokens: job.pending }],
    )
    const budget = wishes.some(wish => wish.phase === 'decode') ? sharedStepBudget : stepBudget
    return composeStep(wishes, this.#parts.batchSize, this.#pace.chunk(budget))
  }

  async #step(step: readonly StepPart[]): Promise<void> {
    const { context } = this.#parts
    const outputs: { readonly slot: Slot; readonly job: Job; readonly logit: number }[] = []
    let prefill = 0
    try {
      context.initBatch(step.reduce((sum, part) => sum + part.tokens, 0))
      for (const part of step) {
        const slot = this.#slots[part.slot] as Slot
        const job = slot.job as Job
        const samples = part.tokens === job.pending
        const tokens =
          job.phase === 'decode'
            ? Uint32Array.of(job.next)
            : job.request.prompt.subarray(job.computed, job.computed + part.tokens)
        if (job.phase === 'prefill') prefill += part.tokens
        const logits = context.addToBatch(
          slot.index,
          slot.tokens.length,
          tokens,
          samples ? Uint32Array.of(part.tokens - 1) : noLogits,
        )
        if (samples) outputs.push({ slot, job, logit: logits[0] as number })
        for (const token of tokens) slot.tokens.push(token)
        if (job.phase === 'prefill') job.computed += part.tokens
      }
      await this.#decode(prefill, step.length)
      for (const { slot, job, logit } of outputs) {
        if (!job.aborted) this.#take(slot, job, await context.sampleToken(logit, job.sampler as AddonSampler))
      }
    } catch (error) {
      this.#failed(step, error)
    }
  }

  async #decode(prefill: number, slots: number): Promise<void> {
    const started = performance.now()
    this.#stepStarted = started
    try {
      await this.#parts.context.decodeBatch()
    } finally {
      this.#stepStarted = undefined
      this.#lastStep = performance.now() - started
    }
    this.#pace.learn(prefill, slots, this.#lastStep)
  }

  #take(slot: Slot, job: Job, token: number): void {
    if (job.aborted) return
    if (token < 0) {
      this.#fail(
        slot,
        new ImpetusError('invalid_value', 'The logit biases leave no token to choose.', {
          param: 'logit_bias',
        }),
      )
      return
    }
    const { model } = this.#parts
    const { id } = job.request
    const { text, tokens, reason, stop } = job.accept(
      token,
      model.piece(token),
      model.endsTurn(token),
      performance.now(),
    )
    if (text !== '') this.#parts.text(id, text, tokens)
    if (reason === undefined) return
    this.#release(slot)
    this.#end(job, reason, stop)
  }

  #end(job: Job, reason: EndReason, stop?: string): void {
    this.#jobs.delete(job.request.id)
    this.#parts.tell({
      t: 'end',
      id: job.request.id,
      reason,
      ...(stop !== undefined && { stopSequence: stop }),
      usage: job.usage(),
      timings: job.timings(performance.now()),
    })
  }

  #release(slot: Slot): void {
    slot.job?.sampler?.dispose()
    slot.job = undefined
    slot.lastUse = ++this.#uses
  }

  /** A step that llama.cpp refused leaves the state of its sequences in doubt. */
  #failed(step: readonly StepPart[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    for (const part of step) {
      const slot = this.#slots[part.slot] as Slot
      this.#fail(slot, new ImpetusError('engine_crashed', `The model could not compute this: ${reason}`))
      this.#clear(slot)
    }
  }

  #fail(slot: Slot, error: ImpetusError): void {
    const job = slot.job
    this.#release(slot)
    if (job === undefined || job.aborted) return
    this.#jobs.delete(job.request.id)
    this.#parts.tell({
      t: 'error',
      id: job.request.id,
      code: error.code,
      message: error.message,
      ...(error.param !== undefined && { param: error.param }),
    })
  }
}

const noLogits = new Uint32Array(0)
