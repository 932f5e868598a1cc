import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Bandwidth } from '../network/bandwidth.ts'
import type { Answer, Client } from '../network/client.ts'
import { foldedName, freeNames } from '../transfer/file-name.ts'
import { hashWhole } from '../transfer/hash.ts'
import { diskFault, PartFile } from '../transfer/part-file.ts'
import { Transfer } from '../transfer/transfer.ts'
import type { Job } from './job.ts'
import type { FileRow } from './store.ts'

export interface RunParts {
  /** Where models are kept. What is being fetched is in a hidden folder of it: the same disk, so that moving is renaming. */
  readonly models: string
  readonly client: Client
  readonly bandwidth: Bandwidth
  readonly clock: Clock
  readonly log: Log
  readonly settings: () => Settings['downloads']
  readonly random: () => number
  readonly stallMilliseconds: number
  readonly refusal: (answer: Answer, job: Job) => ImpetusError
  /** Names that other downloads will need, folded. */
  readonly reserved: (except: Job) => ReadonlySet<string>
}

/** What every GGUF file begins with. */
const magic = 'GGUF'

/** The library does not look into hidden folders, nor at files without the ending of a model. */
export function partsFolder(models: string): string {
  return join(models, '.downloads')
}

export function jobFolder(models: string, job: { readonly id: string }): string {
  return join(partsFolder(models), job.id)
}

/** Fetches, checks and places every file of a job; what is done already is not done again. Answers the first file's path. */
export async function runJob(job: Job, parts: RunParts, signal: AbortSignal): Promise<string> {
  for (const file of job.row.files) {
    if (file.state === 'waiting') await fetchFile(job, file, parts, signal)
  }
  signal.throwIfAborted()
  return await place(job, parts)
}

async function fetchFile(job: Job, file: FileRow, parts: RunParts, signal: AbortSignal): Promise<void> {
  const path = partPath(job, file, parts.models)
  const { clock, log } = parts
  const part = await PartFile.open({
    path,
    record: file.record,
    save: record => job.saveRecord(file, record),
    clock,
  })
  file.record = { written: part.written, synced: file.record.synced }
  let hash: string
  let begins: string
  try {
    job.showState('running')
    hash = await new Transfer({
      ...parts,
      part,
      url: new URL(file.url),
      bytes: file.bytes,
      hasHash: file.sha256 !== null,
      memory: file.memory,
      remember: memory => job.saveMemory(file, memory),
      connections: connectionsBy(parts.settings()),
      refusal: answer => parts.refusal(answer, job),
      onWaiting: until => job.showRetry(until),
      onFetched: () => job.showState('verifying'),
    }).run(signal)
    await part.sync()
    const head = Buffer.alloc(magic.length)
    begins = head.toString('latin1', 0, await part.read(head, head.length, 0))
  } finally {
    await part.close()
  }
  const fault = faultOf(file, hash, begins)
  if (fault !== undefined) {
    log.warn('A fetched file is not what was asked for and was removed', {
      download: job.id,
      reason: fault.code,
    })
    await forget(job, file, parts.models)
    throw fault
  }
  file.hash = hash
  file.state = 'verified'
  job.saveFile(file)
}

/** Held back, one connection is as fast as several, and less lies in the system's buffers when the process is killed. */
function connectionsBy({ connections, bytesPerSecond }: Settings['downloads']): number {
  return bytesPerSecond === null ? connections : 1
}

function faultOf(file: FileRow, hash: string, begins: string): ImpetusError | undefined {
  if (file.sha256 !== null && hash !== file.sha256)
    return new ImpetusError(
      'hash_mismatch',
      `${file.name} arrived whole but damaged: its SHA-256 is not the one announced. It was removed; fetch it again.`,
    )
  if (begins !== magic)
    return new ImpetusError(
      'invalid_model',
      `${file.name} is not a GGUF file: something else was sent in its place. It was removed; check the address.`,
    )
  return undefined
}

/** Throws a file's bytes away, the record first. */
async function forget(job: Job, file: FileRow, models: string): Promise<void> {
  job.saveRecord(file, { written: [], synced: [] })
  job.saveMemory(file, { validator: null, ranged: true })
  await rm(partPath(job, file, models), { force: true })
}

/** Throws away everything of a job that is not in the models folder yet. */
export async function discard(job: Job, models: string): Promise<void> {
  for (const file of job.row.files) {
    if (file.state === 'placed') continue
    file.state = 'waiting'
    await forget(job, file, models)
  }
  await rm(jobFolder(models, job), { recursive: true, force: true })
}

/**
 * Renames the files into the models folder, the first one last: a split model is whole when its first part shows up.
 * May be cut off at any point and done again.
 */
async function place(job: Job, parts: RunParts): Promise<string> {
  const { models } = parts
  const { files } = job.row
  if (files.every(file => file.state === 'verified')) await chooseNames(job, parts)
  for (const file of files.toReversed()) {
    if (file.state === 'placed') continue
    const path = join(models, file.name)
    try {
      await rename(partPath(job, file, parts.models), path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') diskFault(error as NodeJS.ErrnoException)
      // Killed between the rename and its record?
      if (!(await isSame(path, file))) {
        file.state = 'waiting'
        await forget(job, file, parts.models)
        throw new ImpetusError(
          'download_failed',
          `${file.name} is gone from the disk. Try again to fetch it anew.`,
        )
      }
    }
    file.state = 'placed'
    job.saveFile(file)
  }
  await syncFolder(models)
  await rm(jobFolder(models, job), { recursive: true, force: true })
  return join(models, files[0]?.name as string)
}

/** Somebody may have put a file of the same name there since the job was made. */
async function chooseNames(job: Job, parts: RunParts): Promise<void> {
  const { models, reserved } = parts
  const { files, repo } = job.row
  const there = new Set((await readdir(models)).map(foldedName))
  for (const file of files) {
    if (there.has(foldedName(file.name)) && (await isSame(join(models, file.name), file)))
      there.delete(foldedName(file.name))
  }
  const others = reserved(job)
  const names = freeNames(
    files.map(file => file.name),
    repo?.split('/')[0] ?? null,
    name => there.has(foldedName(name)) || others.has(foldedName(name)),
  )
  for (const [index, file] of files.entries()) {
    file.name = names[index] as string
    job.saveFile(file)
  }
}

/** Whether a file of the models folder is this very one, its content included. */
async function isSame(path: string, file: FileRow): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined)
  return facts?.isFile() === true && facts.size === file.bytes && (await hashWhole(path)) === file.hash
}

function partPath(job: Job, file: FileRow, models: string): string {
  return join(jobFolder(models, job), `${job.row.files.indexOf(file)}.part`)
}

/** A rename outlives a loss of power once its folder is on the disk; where a system cannot do that, so be it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error
  } finally {
    await handle.close()
  }
}
