import { ImpetusError } from '../../contract/errors.ts'
import type { EndReason, Speculation } from '../engine.ts'
import type { RunnerMessage, TextPart } from '../protocol.ts'
import type { AddonContext } from './binding.ts'
import type { Choice } from './chooser.ts'
import type { Drafter } from './drafter.ts'
import { errorMessage } from './error-message.ts'
import { Guesser } from './guesser.ts'
import { Job, type JobRequest } from './job.ts'
import type { NativeModel } from './native-model.ts'
import type { Places } from './places.ts'
import { Planner } from './planner.ts'
import { FairQueue } from './queue.ts'
import type { Slot } from './slot.ts'
import type { StepPart } from './step.ts'
import type { StepClock } from './step-clock.ts'

export interface SchedulerParts {
  readonly model: NativeModel
  readonly context: AddonContext
  readonly places: Places
  /** Widest batch of one step, in tokens. */
  readonly batchSize: number
  /** Milliseconds that a step of one token takes. */
  readonly stepMilliseconds: number
  readonly clock: StepClock
  /** Prompt tokens that are cheaper together; 0: any number. */
  readonly tile: number
  readonly speculation: Speculation
  /** Absent where no draft model is configured. */
  readonly drafter: Drafter | undefined
  readonly tell: (message: RunnerMessage) => void
  /** One piece of text of one request, sent with the others of its step. */
  readonly text: (...part: TextPart) => void
  /** Waits until the core has taken what it was sent. */
  readonly ready: () => Promise<void> | undefined
}

/** A slot's part of a step, and where the logits will be that its next tokens are chosen from. */
interface Output {
  readonly slot: Slot
  readonly job: Job
  readonly logits: Uint32Array
}

/** Milliseconds without work after which states are written to disk. */
const idleBeforeKeeping = 400

/**
 * Owns the batch: runs step after step and hands out what came of it. One loop, which is awake only while there is
 * work; everything else only adds to the queue or marks jobs as aborted. What the native context holds and what `slots`
 * says it holds change together, between steps.
 */
export class Scheduler {
  readonly #parts: SchedulerParts
  readonly #queue = new FairQueue<Job>(({ request }) => ({
    client: request.client,
    tokens: request.prompt.length,
  }))
  readonly #jobs = new Map<number, Job>()
  readonly #planner: Planner
  readonly #guesser: Guesser
  #running: Promise<void> | undefined
  #keeping: NodeJS.Timeout | undefined
  #stepStarted: number | undefined
  #lastStep = 0

  constructor(parts: SchedulerParts) {
    this.#parts = parts
    this.#planner = new Planner(parts)
    this.#guesser = new Guesser({ ...parts, costs: this.#planner.costs })
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
    this.#queue.add(job)
    this.#wake()
  }

  /** Forgets a request: at once when it is queued, else before the next step. */
  abort(id: number): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    job.aborted = true
    this.#jobs.delete(id)
    this.#queue.remove(job)
  }

  /** Ends all work and writes to disk what should survive. */
  async close(): Promise<void> {
    for (const id of [...this.#jobs.keys()]) this.abort(id)
    await this.#running
    clearTimeout(this.#keeping)
    await this.#parts.places.keepAll(() => false)
  }

  #wake(): void {
    clearTimeout(this.#keeping)
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      // Somebody may have come while the last state was being written.
      if (this.#jobs.size > 0) this.#wake()
      else this.#keepLater()
    })
  }

  async #run(): Promise<void> {
    while (await this.#makeReady()) {
      await this.#parts.ready()
      const step = await this.#compose()
      if (step.length > 0) await this.#step(step)
    }
  }

  async #compose(): Promise<readonly StepPart[]> {
    const { slots } = this.#parts.places
    const step = this.#planner.compose(slots)
    const busy = slots.filter(({ job }) => job !== undefined)
    const [slot] = busy
    // Several streams at once fill a step without guesses.
    if (busy.length !== 1 || slot?.job?.phase !== 'decode' || step.length === 0) return step
    await this.#guesser.guess(slot, slot.job)
    return [{ slot: slot.index, tokens: slot.job.pending }]
  }

  #keepLater(): void {
    this.#keeping = setTimeout(() => {
      this.#running ??= this.#parts.places
        .keepAll(() => this.#jobs.size > 0)
        .finally(() => {
          this.#running = undefined
          if (this.#jobs.size > 0) this.#wake()
        })
    }, idleBeforeKeeping)
    this.#keeping.unref()
  }

  /** Frees the slots of aborted jobs and fills free slots from the queue. Whether there is anything to compute. */
  async #makeReady(): Promise<boolean> {
    const { places } = this.#parts
    for (const slot of places.slots) if (slot.job?.aborted) places.release(slot)
    for (const job of this.#queue.inOrder()) {
      if (places.slots.every(slot => slot.job !== undefined)) break
      await this.#admit(job)
    }
    return places.slots.some(slot => slot.job !== undefined)
  }

  async #admit(job: Job): Promise<void> {
    if (job.aborted) return
    const slot = await this.#parts.places.place(job, () => performance.now())
    if (slot === undefined) return
    this.#queue.taken(job)
    try {
      job.chooser = job.request.chooser()
    } catch (error) {
      this.#fail(slot, error)
    }
  }

  async #step(step: readonly StepPart[]): Promise<void> {
    const outputs: Output[] = []
    try {
      for (const part of step) await this.#goBack(part)
      this.#parts.context.initBatch(step.reduce((sum, part) => sum + part.tokens, 0))
      for (const part of step) this.#fill(part, outputs)
      const cost = await this.#decode()
      this.#planner.learn(step, this.#parts.places.slots, cost)
      for (const { slot } of step) await this.#slot(slot).checkpoint()
    } catch (error) {
      this.#failed(step, error)
      return
    }
    for (const output of outputs) await this.#choose(output)
  }

  /** Takes out of a state what is to be computed again. */
  async #goBack({ slot: index, again = 0 }: StepPart): Promise<void> {
    const slot = this.#slot(index)
    if (again > 0) slot.job?.goBack(await slot.cut(slot.tokens.length - again))
  }

  #fill({ slot: index, tokens }: StepPart, outputs: Output[]): void {
    const slot = this.#slot(index)
    const job = slot.job as Job
    const samples = tokens === job.pending
    const logits = slot.addToBatch(job.take(tokens), samples ? 1 + job.draft.length : 0)
    if (samples) outputs.push({ slot, job, logits })
  }

  /** What the step has cost. */
  async #decode(): Promise<number> {
    this.#stepStarted = performance.now()
    this.#parts.clock.start()
    try {
      await this.#parts.context.decodeBatch()
      return this.#parts.clock.stop()
    } finally {
      this.#lastStep = performance.now() - this.#stepStarted
      this.#stepStarted = undefined
    }
  }

  /** The tokens that follow: one, and with each guess that held one more. */
  async #choose({ slot, job, logits }: Output): Promise<void> {
    const { draft } = job
    job.draft = []
    try {
      let held = 0
      for (const logit of logits) {
        if (job.aborted || job.chooser === undefined) return
        const choice = await job.chooser.choose(this.#parts.context, logit)
        this.#take(slot, job, choice)
        if (slot.job !== job || choice.token !== draft[held]) break
        held++
      }
      if (draft.length === 0) return
      job.guessed(draft.length, held)
      // Guesses that did not hold are in the state, and have to leave it.
      if (held < draft.length) await slot.cut(slot.tokens.length - (draft.length - held))
    } catch (error) {
      this.#fail(slot, error)
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
    this.#parts.places.release(slot)
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
      ...(job.cache !== undefined && { cache: job.cache }),
    })
  }

  #slot(index: number): Slot {
    return this.#parts.places.slots[index] as Slot
  }

  /** A step that llama.cpp refused leaves the state of its sequences in doubt. */
  #failed(step: readonly StepPart[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    for (const part of step) {
      const slot = this.#slot(part.slot)
      this.#fail(slot, new ImpetusError('engine_crashed', `The model could not compute this: ${reason}`))
      slot.clear()
    }
  }

  #fail(slot: Slot, error: unknown): void {
    const job = slot.job
    this.#parts.places.release(slot)
    if (job === undefined || job.aborted) return
    this.#jobs.delete(job.request.id)
    this.#parts.tell(errorMessage(job.request.id, error))
  }
}
