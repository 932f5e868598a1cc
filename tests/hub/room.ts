import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Download, type DownloadState, download } from '../../core/contract/downloads.ts'
import { type Settings, settingsSchema } from '../../core/contract/settings.ts'
import { DownloadRoom, type DownloadRoomParts } from '../../core/downloads/room.ts'
import { Bus } from '../../core/platform/bus.ts'
import { type Clock, systemClock } from '../../core/platform/clock.ts'
import { Database } from '../../core/platform/database.ts'
import { createLogger } from '../../core/platform/logger.ts'

/** A folder to live in, removed at the end. */
export class Home implements Disposable {
  readonly folder: string

  constructor(folder = mkdtempSync(join(tmpdir(), 'imp-dl-'))) {
    this.folder = folder
    mkdirSync(this.models, { recursive: true })
  }

  get models(): string {
    return join(this.folder, 'models')
  }

  /** What anybody sees who looks into the models folder. */
  get modelNames(): string[] {
    return readdirSync(this.models)
      .filter(name => !name.startsWith('.'))
      .sort()
  }

  /** What is left of downloads that are not done. */
  get partNames(): string[] {
    try {
      return readdirSync(join(this.models, '.downloads'))
    } catch {
      return []
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface RoomOptions extends Partial<Omit<DownloadRoomParts, 'settings'>> {
  readonly settings?: Partial<Settings['downloads']>
}

/** The real room on a home, without the rest of the core. */
export class TestRoom implements AsyncDisposable {
  readonly room: DownloadRoom
  readonly home: Home
  readonly told: { readonly time: number; readonly download: Download }[] = []
  readonly removed: string[] = []
  readonly ready: string[] = []
  readonly lines: string[] = []
  readonly bus: Bus
  settings: Settings['downloads']
  readonly #database: Database
  readonly #waiting = new Set<() => void>()

  private constructor(endpoint: string, home: Home, options: RoomOptions) {
    this.home = home
    this.settings = { ...settingsSchema.parse({}).downloads, reserveBytes: 0, ...options.settings }
    const log = createLogger({ write: line => this.lines.push(line) }, 'debug')
    this.bus = new Bus(error => {
      throw error
    })
    this.bus.listen((topic, data) => {
      // Parsed, as readers of the event stream do it.
      if (topic === 'download.changed')
        this.told.push({ time: performance.now(), download: download.parse(data) })
      if (topic === 'download.removed') this.removed.push((data as { id: string }).id)
      for (const look of this.#waiting) look()
    })
    this.#database = new Database({
      path: join(home.folder, 'impetus.db'),
      backups: join(home.folder, 'backups'),
      log,
    })
    this.room = new DownloadRoom({
      paths: { home: home.folder, models: home.models },
      env: { HF_ENDPOINT: endpoint },
      database: this.#database,
      bus: this.bus,
      clock: systemClock,
      log,
      version: '0.0.0-test',
      onFileReady: path => void this.ready.push(path),
      capacity: async () => ({ budgetBytes: 16e9, bytesPerSecond: 50e9, measured: false }),
      ...options,
      settings: () => this.settings,
    })
  }

  static async start(endpoint: string, home: Home, options: RoomOptions = {}): Promise<TestRoom> {
    const test = new TestRoom(endpoint, home, options)
    test.#database.start()
    await test.room.start()
    return test
  }

  add(reference: string, sha256?: string): Promise<Download> {
    return this.room.downloads.add(reference, sha256, AbortSignal.timeout(20_000))
  }

  /** Fulfils when the download is as `wanted` says; rejects when it ends otherwise. */
  async until(id: string, wanted: DownloadState | ((download: Download) => boolean)): Promise<Download> {
    const isWanted = typeof wanted === 'function' ? wanted : (each: Download) => each.state === wanted
    const { promise, resolve, reject } = Promise.withResolvers<Download>()
    const look = () => {
      const download = this.room.downloads.get(id)
      if (isWanted(download)) resolve(download)
      else if (['done', 'failed', 'cancelled'].includes(download.state))
        reject(new Error(`the download is ${download.state}: ${JSON.stringify(download.error)}`))
    }
    const timer = setTimeout(
      () => reject(new Error(`not in time: ${JSON.stringify(this.room.downloads.get(id))}`)),
      15_000,
    )
    this.#waiting.add(look)
    look()
    try {
      return await promise
    } finally {
      this.#waiting.delete(look)
      clearTimeout(timer)
    }
  }

  async fetch(reference: string, sha256?: string): Promise<Download> {
    const { id } = await this.add(reference, sha256)
    return this.until(id, 'done')
  }

  /** Starts a download that is meant to fail, and answers how it did. */
  async failure(reference: string): Promise<NonNullable<Download['error']>> {
    const { id } = await this.add(reference)
    const { error } = await this.until(id, 'failed')
    if (error === null) throw new Error('it failed without saying why')
    return error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.room.stop()
    this.#database.stop()
  }
}

/** Time in which waits are shorter, so that minutes of patience pass in a test. Speeds are measured in real time. */
export function hurriedClock(factor: number): Clock {
  return {
    ...systemClock,
    after: (milliseconds, callback) => systemClock.after(milliseconds / factor, callback),
  }
}
