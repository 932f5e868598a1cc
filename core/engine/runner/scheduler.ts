import { ImpetusError } from '../../contract/errors.ts'
import type { EndReason } from '../engine.ts'
import type { RunnerMessage, TextPart } from '../protocol.ts'
import type { AddonContext } from './binding.ts'
import type { Choice } from './chooser.ts'
import { errorMessage } from './error-message.ts'
import { Job, type JobRequest } from './job.ts'
import type { NativeModel } from './native-model.ts'
import { Pace } from './pace.ts'
import { Slot } from './slot.ts'
import { chooseSlot } from './slots.ts'
import { composeStep, type StepPart } from './step.ts'

export interface SchedulerParts {
  readonly model: NativeModel
  readonly context: AddonContext
  readonly slots: number
  /** Widest batch of one step, in tokens. */
  readonly batchSize: number
  /** Milliseconds that a step of one token takes. */
  readonly stepMilliseconds: number
  readonly tell: (message: RunnerMessage) => void
  /** One piece of text of one request, sent with the others of its step. */
  readonly text: (...part: TextPart) => void
  /** Waits until the core has taken what it was sent. */
  readonly ready: () => Promise<void> | undefined
}

/** Milliseconds that a step with prompt tokens may take: an abort waits as long, and so does every stream beside it. */
const stepBudget = 200
const sharedStepBudget = 100

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
    this.#slots = Array.from({ length: parts.slots }, (_, index) => new Slot(index, parts.context))
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
    const { prompt, chooser } = job.request
    slot.job = job
    try {
      // The last token is always computed, because its logits are what the first answer token is sampled from.
      job.admit(slot.cut(Math.min(common, prompt.length - 1)), performance.now())
      job.chooser = chooser()
    } catch (error) {
      this.#fail(slot, error)
    }
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
    const computed = { prefill: 0, decode: 0 }
    try {
      context.initBatch(step.reduce((sum, part) => sum + part.tokens, 0))
      for (const part of step) {
        const slot = this.#slots[part.slot] as Slot
        const job = slot.job as Job
        computed[job.phase] += part.tokens
        const samples = part.tokens === job.pending
        const logit = slot.addToBatch(job.take(part.tokens), samples)
        if (samples) outputs.push({ slot, job, logit })
      }
      await this.#decode()
      this.#pace.learn(computed.prefill, computed.decode, this.#lastStep)
    } catch (error) {
      this.#failed(step, error)
      return
    }
    for (const { slot, job, logit } of outputs) await this.#choose(slot, job, logit)
  }

  async #choose(slot: Slot, job: Job, logit: number): Promise<void> {
    if (job.aborted || job.chooser === undefined) return
    try {
      this.#take(slot, job, await job.chooser.choose(this.#parts.context, logit))
    } catch (error) {
      this.#fail(slot, error)
    }
  }

  async #decode(): Promise<void> {
    const started = performance.now()
    this.#stepStarted = started
    try {
      await this.#parts.context.decodeBatch()
    } finally {
      this.#stepStarted = undefined
      this.#lastStep = performance.now() - started
    }
  }

  #take(slot: Slot, job: Job, choice: Choice): void {
    if (job.aborted) return
    const { id } = job.request
    const ends = this.#parts.model.endsTurn(choice.token)
    const { text, tokens, reason, stop, logprobs } = job.accept(choice, ends, performance.now())
    if (text !== '') this.#parts.text(id, text, tokens, logprobs)
    if (reason === undefined) return
    this.#end(job, reason, stop)
    this.#release(slot)
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
    slot.job?.chooser?.[Symbol.dispose]()
    slot.job = undefined
    slot.lastUse = ++this.#uses
  }

  /** A step that llama.cpp refused leaves the state of its sequences in doubt. */
  #failed(step: readonly StepPart[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    for (const part of step) {
      const slot = this.#slots[part.slot] as Slot
      this.#fail(slot, new ImpetusError('engine_crashed', `The model could not compute this: ${reason}`))
      slot.clear()
    }
  }

  #fail(slot: Slot, error: unknown): void {
    const job = slot.job
    this.#release(slot)
    if (job === undefined || job.aborted) return
    this.#jobs.delete(job.request.id)
    this.#parts.tell(errorMessage(job.request.id, error))
  }
}
