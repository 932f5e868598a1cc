import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Download, DownloadState } from '../contract/downloads.ts'
import { ImpetusError } from '../contract/errors.ts'
import type { Settings } from '../contract/settings.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import type { Hub } from './hub/hub.ts'
import { bootIdentity } from './jobs/boot.ts'
import { type Command, isActive, stateAfter } from './jobs/commands.ts'
import { Job, type JobParts } from './jobs/job.ts'
import { type Plan, plainRefusal, planDownload } from './jobs/plan.ts'
import { discard, partsFolder } from './jobs/run.ts'
import { type OnFileReady, Runner } from './jobs/runner.ts'
import { type JobRow, JobStore } from './jobs/store.ts'
import { Bandwidth } from './network/bandwidth.ts'
import type { Client } from './network/client.ts'
import { type FreeBytes, freeBytes, requireSpace } from './transfer/disk.ts'
import { foldedName, freeNames } from './transfer/file-name.ts'

export interface DownloadsParts {
  /** `$IMPETUS_HOME/models`, which is there. */
  readonly models: string
  readonly endpoint: URL
  readonly client: Client
  readonly hub: Hub
  readonly database: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly settings: () => Settings['downloads']
  /** Waited for. */
  readonly onFileReady: OnFileReady
  readonly freeBytes?: FreeBytes | undefined
  readonly random?: (() => number) | undefined
  /** How long a connection may bring next to nothing. */
  readonly stallMilliseconds?: number | undefined
}

const defaultStallMilliseconds = 30_000

/** The downloads of this machine: a queue that outlives the process, and never two transfers of one file. */
export class Downloads {
  readonly #parts: DownloadsParts
  readonly #store: JobStore
  readonly #jobParts: JobParts
  readonly #runner: Runner
  readonly #freeBytes: FreeBytes
  /** In the order of the queue. */
  #jobs: Job[] = []
  #stopListening: (() => void) | undefined

  constructor(parts: DownloadsParts) {
    const { clock, settings, hub, bus, random = Math.random } = parts
    this.#parts = parts
    this.#store = new JobStore(parts.database, bootIdentity())
    this.#jobParts = { store: this.#store, bus, clock }
    this.#freeBytes = parts.freeBytes ?? freeBytes
    this.#runner = new Runner({
      ...parts,
      random,
      stallMilliseconds: parts.stallMilliseconds ?? defaultStallMilliseconds,
      bandwidth: new Bandwidth(() => settings().bytesPerSecond, clock),
      refusal: (answer, job) =>
        job.row.repo === null ? plainRefusal(answer) : hub.refusal(answer, job.row.repo),
      reserved: except => this.#reservedNames(except),
      jobs: () => this.#jobs,
      freeBytes: this.#freeBytes,
    })
  }

  /** Goes on with what was under way when the process ended, however it ended. */
  async start(): Promise<void> {
    const { bus } = this.#parts
    this.#jobs = this.#store.start().map(row => new Job(row, this.#jobParts))
    for (const job of this.#jobs) if (isActive(job.state)) job.setState('queued')
    await this.#sweep()
    this.#stopListening = bus.listen(topic => {
      if (topic === 'settings.changed') this.#runner.pump()
    })
    this.#runner.start()
  }

  /** Ends every transfer; they go on at the next start. */
  async stop(): Promise<void> {
    this.#stopListening?.()
    await this.#runner.stop()
  }

  /** The newest first. */
  list(): Download[] {
    return this.#jobs.map(job => job.view()).sort((a, b) => b.createdAt - a.createdAt)
  }

  get(id: string): Download {
    return this.#find(id).view()
  }

  /**
   * Starts a download, or answers with the one that brings the same file: one that was paused or had failed goes on.
   * The job is in the store before its first byte is asked for.
   *
   * @throws ImpetusError as `planDownload` does, and `insufficient_storage` before anything is written
   */
  async add(reference: string, sha256: string | undefined, signal: AbortSignal): Promise<Download> {
    const { models, settings } = this.#parts
    const plan = await planDownload(reference, sha256, this.#parts, signal)
    const finished = await this.#finishedFor(plan)
    if (finished !== undefined) return finished.view()
    if (this.#openFor(plan) === undefined) {
      const wanted = plan.files.reduce((sum, file) => sum + file.bytes, 0)
      requireSpace(await this.#freeBytes(models), wanted + this.#outstanding(), settings().reserveBytes)
    }
    // Looked for again, because others may have asked for the same meanwhile. Nothing waits between this and #create.
    const open = this.#openFor(plan)
    if (open === undefined) return this.#create(plan).view()
    if (!isActive(open.state)) await this.#turn(open, 'queued')
    return open.view()
  }

  /** @throws ImpetusError `not_found`, `conflict` when the state does not allow it */
  async command(id: string, command: Command): Promise<Download> {
    const job = this.#find(id)
    const state = stateAfter(job.state, command)
    if (state === undefined)
      throw new ImpetusError(
        'conflict',
        `This download is ${job.state}, so it cannot be told to ${command}.${hintFor(job.state)}`,
      )
    if (state === 'queued' && this.#openFor(job.row, job) !== undefined)
      throw new ImpetusError('conflict', 'Another download brings the same file. Let that one finish.')
    if (state !== job.state) await this.#turn(job, state)
    return job.view()
  }

  /** Answers the id. @throws ImpetusError `not_found` */
  async remove(id: string): Promise<string> {
    const job = this.#find(id)
    if (job.state !== 'done' && job.state !== 'cancelled') await this.#turn(job, 'cancelled')
    this.#store.remove(id)
    this.#jobs = this.#jobs.filter(other => other !== job)
    this.#parts.bus.tell('download.removed', { id })
    return id
  }

  async #turn(job: Job, state: DownloadState): Promise<void> {
    // Kept before the transfer is told: a kill in between must not bring it back.
    job.setState(state)
    await this.#runner.end(job)
    if (state === 'cancelled') await discard(job, this.#parts.models)
    if (state !== 'queued') return
    this.#store.saveLast(job.id)
    this.#jobs = [...this.#jobs.filter(other => other !== job), job]
    // A server that once did not do ranges gets another chance when a person asks again.
    for (const file of job.row.files)
      if (!file.memory.ranged) job.saveMemory(file, { validator: null, ranged: true })
    this.#runner.pump()
  }

  #create({ reference, repo, revision, quantization, files }: Plan): Job {
    const { bus, clock, models } = this.#parts
    const there = new Set(readdirSync(models).map(foldedName))
    const reserved = this.#reservedNames()
    const names = freeNames(
      files.map(file => file.name),
      repo?.split('/')[0] ?? null,
      name => there.has(foldedName(name)) || reserved.has(foldedName(name)),
    )
    const row: JobRow = {
      id: `dl_${randomBytes(8).toString('hex')}`,
      reference,
      repo,
      revision,
      quantization,
      state: 'queued',
      error: null,
      createdAt: clock.now(),
      finishedAt: null,
      files: files.map((file, index) => ({
        ...file,
        name: names[index] as string,
        state: 'waiting',
        hash: null,
        memory: { validator: null, ranged: true },
        record: { written: [], synced: [] },
      })),
    }
    this.#store.add(row)
    const job = new Job(row, this.#jobParts)
    this.#jobs.push(job)
    bus.tell('download.changed', job.view())
    this.#runner.pump()
    return job
  }

  /** Bytes that downloads under way will still need. */
  #outstanding(): number {
    return this.#jobs.reduce((sum, job) => (isActive(job.state) ? sum + job.bytes - job.done : sum), 0)
  }

  #reservedNames(except?: Job): Set<string> {
    // One that failed has no claim: if it is tried again, it takes what is free then.
    const claiming = this.#jobs.filter(
      job => job !== except && (isActive(job.state) || job.state === 'paused'),
    )
    return new Set(claiming.flatMap(job => job.row.files.map(file => foldedName(file.name))))
  }

  /** The job that brings one of the files, unless it has come to its end. */
  #openFor(wanted: Files, except?: Job): Job | undefined {
    return this.#jobs.find(job => job !== except && isOpen(job) && shares(job, wanted))
  }

  /** The job that has brought the files, as long as they are where it put them. */
  async #finishedFor(plan: Plan): Promise<Job | undefined> {
    for (const job of this.#jobs) {
      if (job.state === 'done' && shares(job, plan) && (await this.#isThere(job))) return job
    }
    return undefined
  }

  async #isThere({ row }: Job): Promise<boolean> {
    for (const { name, bytes } of row.files) {
      const facts = await stat(join(this.#parts.models, name)).catch(() => undefined)
      if (facts?.size !== bytes) return false
    }
    return true
  }

  /** Removes what a kill has left of downloads that are no more. */
  async #sweep(): Promise<void> {
    const folder = partsFolder(this.#parts.models)
    const wanted = new Set(this.#jobs.filter(isOpen).map(job => job.id))
    for (const name of await readdir(folder).catch(() => [])) {
      if (wanted.has(name)) continue
      await rm(join(folder, name), { recursive: true, force: true }).catch(error => {
        this.#parts.log.warn('What is left of an old download cannot be removed', { name, why: error.code })
      })
    }
  }

  #find(id: string): Job {
    const job = this.#jobs.find(other => other.id === id)
    if (job !== undefined) return job
    throw new ImpetusError('not_found', 'There is no such download. List them with GET /api/downloads.')
  }
}

interface Files {
  readonly files: readonly { readonly url: string; readonly sha256: string | null }[]
}

function isOpen({ state }: Job): boolean {
  return state !== 'done' && state !== 'cancelled'
}

/** One transfer is enough for the same content, wherever it is, and for the same address as long as its content is. */
function shares(job: Job, { files }: Files): boolean {
  return job.row.files.some(one =>
    files.some(other =>
      one.sha256 !== null && other.sha256 !== null ? one.sha256 === other.sha256 : one.url === other.url,
    ),
  )
}

function hintFor(state: DownloadState): string {
  return state === 'done' ? ' Its model is in the models folder.' : ' Retry it instead.'
}
