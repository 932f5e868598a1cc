import { ImpetusError } from '../../contract/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Bandwidth } from '../network/bandwidth.ts'
import type { Answer, Client } from '../network/client.ts'
import { isPassing } from '../network/faults.ts'
import { progressBytes, retryAfterOf, retryDelay } from '../network/retry.ts'
import { wait } from '../network/wait.ts'
import { hashBehind } from './hash.ts'
import { isStrong, judge, type RestartReason, validatorOf } from './judge.ts'
import type { PartFile } from './part-file.ts'
import { claim, pieceBytes, type Segment, totalOf } from './ranges.ts'
import { writeSegment } from './segment.ts'

/** What has been learnt of the server; kept with the job, so that a resume can check against it. */
export interface Memory {
  readonly validator: string | null
  /** Whether the file is fetched by ranges; false once the server has shown that it does not do them right. */
  readonly ranged: boolean
}

export interface TransferParts {
  readonly url: URL
  readonly bytes: number
  /** Known in advance: then pieces may be joined even if the server names no version of its file. */
  readonly hasHash: boolean
  readonly memory: Memory
  readonly remember: (memory: Memory) => void
  readonly part: PartFile
  readonly client: Client
  readonly bandwidth: Bandwidth
  readonly connections: number
  readonly stallMilliseconds: number
  readonly clock: Clock
  readonly log: Log
  /** From 0 up to 1. */
  readonly random: () => number
  /** What an answer that brings no bytes means, for a person. */
  readonly refusal: (answer: Answer) => ImpetusError
  /** Says when the next try is made, and `null` when it is. */
  readonly onWaiting: (until: number | null) => void
  /** Every byte is there; what remains is hashing. */
  readonly onFetched: () => void
}

/** How often a file may be begun anew because of what the server says. */
const mostRestarts = 3
/** The transfer waits and tries again after these. */
const passingStatuses = new Set([408, 425, 429, 500, 502, 503, 504])
/** After these it goes on with one connection: the server has enough of us. */
const crowdedStatuses = new Set([429, 503])

/** A fault that may pass. `error` is what is told when it does not. */
class Fault extends Error {
  readonly error: ImpetusError
  readonly retryAfter: number | undefined
  readonly crowded: boolean

  constructor(error: ImpetusError, retryAfter?: number, crowded = false) {
    super(error.message, { cause: error })
    this.error = error
    this.retryAfter = retryAfter
    this.crowded = crowded
  }
}

class Restart extends Error {
  readonly reason: RestartReason | 'cut'

  constructor(reason: RestartReason | 'cut') {
    super(reason)
    this.reason = reason
  }
}

/** Brings one file onto the disk, over several connections, through faults, and hashes it on the way. */
export class Transfer {
  readonly #parts: TransferParts
  #memory: Memory
  readonly #busy = new Set<Segment>()
  #connections: number
  /** Fulfilled once the first answer of a round has shown what the server does. */
  #opened = Promise.withResolvers<void>()
  #failures = 0
  #doneAtFailure = 0
  #pause: Promise<void> | undefined

  constructor(parts: TransferParts) {
    this.#parts = parts
    this.#memory = parts.memory
    this.#connections = parts.connections
  }

  /**
   * Fulfils with the SHA-256 once every byte is there and hashed. What is there already is kept when it rejects.
   *
   * @throws ImpetusError `hub_unavailable`, `download_failed`, `insufficient_storage` and what `refusal` makes; the
   *   signal's reason when aborted
   */
  async run(signal: AbortSignal): Promise<string> {
    const { part, log } = this.#parts
    if (!this.#memory.ranged || !this.#canJoin()) await part.empty()
    let restarts = 0
    while (true) {
      try {
        return await this.#round(signal)
      } catch (error) {
        if (!(error instanceof Restart)) throw error
        // A server without ranges that is cut begins anew each time; the count of tries bounds that.
        if (error.reason !== 'cut') restarts++
        if (restarts > mostRestarts)
          throw new ImpetusError(
            'download_failed',
            `The file was begun ${mostRestarts + 1} times, and each time the server sent something else (${error.reason}). Try again later.`,
          )
        log.info('A download begins anew', { reason: error.reason })
        // One change is a new version of the file. A second one is a server that names it differently each time, which
        // only leaves to take the whole in one go.
        const isNewVersion = error.reason === 'changed' && restarts === 1
        if (error.reason !== 'cut')
          this.#learn({ validator: null, ranged: isNewVersion && this.#memory.ranged })
        await part.empty()
      }
    }
  }

  /** All connections and the hash together, until all are through or one fails for good. */
  async #round(signal: AbortSignal): Promise<string> {
    const { part, bytes, onFetched } = this.#parts
    const controller = new AbortController()
    const roundSignal = AbortSignal.any([signal, controller.signal])
    this.#opened = Promise.withResolvers()
    if (part.written.length > 0) this.#opened.resolve()
    const hash = hashBehind(part, bytes, roundSignal)
    const connections = Array.from({ length: this.#connections }, (_, index) =>
      this.#work(index, roundSignal),
    )
    const works = [hash, Promise.all(connections).then(onFetched)]
    try {
      await Promise.all(works)
      return await hash
    } catch (error) {
      controller.abort(error)
      this.#opened.resolve()
      await Promise.allSettled([hash, ...connections])
      this.#pause = undefined
      throw error
    }
  }

  /** One connection: piece after piece. */
  async #work(index: number, signal: AbortSignal): Promise<void> {
    const { part, bytes, connections } = this.#parts
    if (index > 0) await this.#opened.promise
    while (!signal.aborted) {
      await this.#pause
      if (index > 0 && (index >= this.#connections || !this.#memory.ranged)) return
      const piece = this.#memory.ranged ? pieceBytes(bytes, connections) : bytes
      const next = claim(part.written, [...this.#busy], bytes, piece)
      if (next === undefined) {
        // Nothing to fetch, and so no answer that would let the others begin.
        this.#opened.resolve()
        return
      }
      if (next.cuts !== undefined) next.cuts.end = next.start
      const segment: Segment = { position: next.start, end: next.end }
      this.#busy.add(segment)
      try {
        await this.#fetch(segment, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof Fault)) throw error
        await this.#recover(error, signal)
      } finally {
        this.#busy.delete(segment)
      }
    }
    signal.throwIfAborted()
  }

  async #fetch(segment: Segment, signal: AbortSignal): Promise<void> {
    const { client, url, bytes, part, onWaiting } = this.#parts
    const { validator, ranged } = this.#memory
    const range = ranged ? { start: segment.position, end: segment.end } : null
    const headers: Record<string, string> = {}
    if (range !== null) headers.range = `bytes=${range.start}-${range.end - 1}`
    if (range !== null && validator !== null && isStrong(validator)) headers['if-range'] = validator
    const answer = await client.get(url, { signal, headers }).catch(asFault)
    const fresh = part.written.length === 0 && this.#busy.size === 1
    const verdict = judge(answer.status, answer.headers, { range, bytes, validator, fresh })
    if (verdict.kind !== 'piece' && verdict.kind !== 'whole') {
      answer.body.destroy()
      if (verdict.kind === 'restart') throw new Restart(verdict.reason)
      throw verdict.kind === 'refused' ? this.#refused(answer) : wrongLength(url, verdict.bytes, bytes)
    }
    if (verdict.kind === 'whole') segment.end = bytes
    // A piece may be shorter than asked for, and the segment may have been cut in the meantime.
    else segment.end = Math.min(segment.end, verdict.end)
    this.#learn({ validator: validator ?? validatorOf(answer.headers), ranged: verdict.kind === 'piece' })
    onWaiting(null)
    this.#opened.resolve()
    try {
      await writeSegment(answer.body, segment, this.#parts, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ImpetusError) throw error
      throw new Fault(cutShort(url, error))
    }
    if (segment.position < segment.end) throw new Fault(cutShort(url))
  }

  #refused(answer: Answer): ImpetusError | Fault {
    const { refusal, clock, client } = this.#parts
    const error = refusal(answer)
    const retryAfter = retryAfterOf(answer.headers, clock.now())
    // Where the hub sends us, 403 means that the signed address has expired on the way; a new one is had by asking anew.
    const expired = answer.status === 403 && !client.isHub(answer.url)
    if (!passingStatuses.has(answer.status) && !expired) return error
    return new Fault(error, retryAfter, crowdedStatuses.has(answer.status))
  }

  /** Waits as long as the fault deserves; all connections wait together, and faults that come together count once. */
  async #recover(fault: Fault, signal: AbortSignal): Promise<void> {
    if (fault.crowded) this.#connections = 1
    if (this.#pause === undefined) {
      const { part, clock, random, log, onWaiting } = this.#parts
      const done = totalOf(part.written)
      if (this.#memory.ranged && done - this.#doneAtFailure >= progressBytes) this.#failures = 0
      this.#doneAtFailure = done
      const delay = retryDelay(++this.#failures, fault.retryAfter, random())
      if (delay === undefined) throw fault.error
      log.debug('A download waits before its next try', {
        reason: fault.message,
        milliseconds: Math.round(delay),
      })
      onWaiting(Math.ceil(clock.now() + delay))
      this.#pause = wait(clock, delay, signal).finally(() => {
        this.#pause = undefined
      })
    }
    await this.#pause
    if (!this.#memory.ranged || !this.#canJoin()) throw new Restart('cut')
  }

  /** Whether bytes of two answers are sure to be of one file, or a mixture would be found out. */
  #canJoin(): boolean {
    return this.#memory.validator !== null || this.#parts.hasHash || this.#parts.part.written.length === 0
  }

  #learn(memory: Memory): void {
    if (memory.validator === this.#memory.validator && memory.ranged === this.#memory.ranged) return
    this.#memory = memory
    this.#parts.remember(memory)
  }
}

function asFault(error: unknown): never {
  if (error instanceof ImpetusError && isPassing(error)) throw new Fault(error)
  throw error
}

function cutShort(url: URL, cause?: unknown): ImpetusError {
  return new ImpetusError(
    'hub_unavailable',
    `${url.host} cuts the connection again and again. Try again later.`,
    { cause },
  )
}

function wrongLength(url: URL, said: number, bytes: number): ImpetusError {
  return new ImpetusError(
    'download_failed',
    `${url.host} sends ${said} bytes where ${bytes} were announced, so this is not the file that was asked for. Try again later.`,
  )
}
