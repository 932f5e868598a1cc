import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../platform/log.ts'
import type { ForeignFacts, ForeignFile, ForeignReader } from './types.ts'

/** How long a list waits for files to be read, and how many are read for it: each costs a process. */
const patienceMilliseconds = 1500
const readAheadAtMost = 100

/** What was found in files of other formats, until they change. */
export class ForeignFactsCache {
  readonly #reader: ForeignReader | undefined
  readonly #log: Log
  readonly #known = new Map<string, ForeignFacts | null>()
  #reading: Promise<void> | undefined

  constructor(reader: ForeignReader | undefined, log: Log) {
    this.#reader = reader
    this.#log = log
  }

  /** `undefined`: nobody has looked yet; `null`: it is no model. */
  now(file: ForeignFile): ForeignFacts | null | undefined {
    return this.#known.get(keyOf(file))
  }

  async get(file: ForeignFile, signal: AbortSignal): Promise<ForeignFacts | null | undefined> {
    const known = this.now(file)
    if (known !== undefined || this.#reader === undefined) return known
    try {
      const facts = await this.#reader.describe(file.path, signal)
      this.#known.set(keyOf(file), facts)
      return facts
    } catch (error) {
      signal.throwIfAborted()
      this.#log.warn('a model in another format was not read', { model: file.id, error: String(error) })
      return undefined
    }
  }

  /** Reads what nobody has read yet, one after the other; comes back sooner when that takes long. */
  async ahead(files: readonly ForeignFile[], signal: AbortSignal): Promise<void> {
    const unread = files.filter(file => this.now(file) === undefined).slice(0, readAheadAtMost)
    if (unread.length === 0 || this.#reader === undefined) return
    const ending = new AbortController()
    this.#reading ??= (async () => {
      for (const file of unread) await this.get(file, ending.signal)
    })().finally(() => {
      this.#reading = undefined
    })
    await Promise.race([this.#reading, sleep(patienceMilliseconds, undefined, { signal, ref: false })])
  }
}

function keyOf({ path, fingerprint }: ForeignFile): string {
  return `${path} ${fingerprint}`
}
