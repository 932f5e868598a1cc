import { statfs } from 'node:fs/promises'
import type { Clock } from '../../platform/clock.ts'

export interface DiskSpace {
  readonly free: number
  readonly total: number
}

/** It changes slowly, and the question can take long where the disk is far away. */
const lookMilliseconds = 30_000

/** Room on the disk that holds a folder, as far as this user may fill it. */
export class Disk {
  readonly #folder: string
  readonly #clock: Pick<Clock, 'monotonic'>
  #space: DiskSpace | null = null
  #askedAt = Number.NEGATIVE_INFINITY
  #asking = false

  constructor(folder: string, clock: Pick<Clock, 'monotonic'>) {
    this.#folder = folder
    this.#clock = clock
  }

  /** As it was at the last look; null where the system does not tell. */
  get space(): DiskSpace | null {
    return this.#space
  }

  /** Asks again where that is due. Never rejects. */
  async look(): Promise<void> {
    const now = this.#clock.monotonic()
    if (this.#asking || now - this.#askedAt < lookMilliseconds) return
    this.#askedAt = now
    this.#asking = true
    try {
      const { bavail, blocks, bsize } = await statfs(this.#folder)
      this.#space = { free: bavail * bsize, total: blocks * bsize }
    } catch {
      // A folder that has gone, or a system that does not tell: then it is not known.
      this.#space = null
    } finally {
      this.#asking = false
    }
  }
}
