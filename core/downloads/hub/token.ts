import { readFileSync, rmSync } from 'node:fs'
import type { HubState } from '../../contract/hub.ts'
import { writeFileAtomic } from '../../platform/atomic-file.ts'

export interface TokenParts {
  /** A file in the home, 0600. Not the settings file: people show that one to each other. */
  readonly path: string
  /** HF_TOKEN, which stands over the file. */
  readonly environment: string | undefined
}

/** The access token for gated models. It goes out to the hub's own origin, and to nobody else. */
export class HubToken {
  readonly #parts: TokenParts
  #stored: string | undefined

  constructor(parts: TokenParts) {
    this.#parts = parts
  }

  start(): void {
    try {
      this.#stored = readFileSync(this.#parts.path, 'utf8').trim() || undefined
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  get value(): string | undefined {
    return this.#parts.environment || this.#stored
  }

  get source(): HubState['token'] {
    if (this.#parts.environment) return 'environment'
    return this.#stored === undefined ? 'none' : 'stored'
  }

  set(token: string): void {
    writeFileAtomic(this.#parts.path, `${token}\n`)
    this.#stored = token
  }

  remove(): void {
    rmSync(this.#parts.path, { force: true })
    this.#stored = undefined
  }
}
