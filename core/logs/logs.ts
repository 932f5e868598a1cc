import type { Settings } from '../contract/settings.ts'
import type { Log } from '../platform/log.ts'
import { LogFile } from '../platform/log-file.ts'
import { readableLine } from '../platform/log-line.ts'
import { createLogger, type Logger } from '../platform/logger.ts'

export interface LogsParts {
  readonly path: string
  /** Where people watch; null when nobody may (a supervisor that does not read the pipe would hold up the core). */
  readonly terminal: NodeJS.WriteStream | null
}

/** Lines kept from before the file's limits are known. */
const mostEarlyLines = 1000

/**
 * The program's log: JSON lines in a file that is rotated, and on standard error, readable where that is a terminal.
 * Rooms are handed `log`; lines of the time before `start` are kept and written then.
 */
export class Logs {
  readonly #terminal: LogsParts['terminal']
  readonly #file: LogFile
  readonly #logger: Logger
  #early: string[] | undefined = []

  constructor({ path, terminal }: LogsParts) {
    this.#terminal = terminal
    this.#file = new LogFile({ path, maxBytes: Number.POSITIVE_INFINITY, maxFiles: 1 })
    this.#logger = createLogger({ write: line => this.#write(line) }, 'debug')
  }

  get log(): Log {
    return this.#logger
  }

  /** Begins to write, within the settings' limits. */
  start(settings: Settings['logs']): void {
    // Whoever was told to read this may be gone (a closed terminal): the file has everything anyway.
    this.#terminal?.on('error', ignore)
    this.follow(settings)
    const early = this.#early ?? []
    this.#early = undefined
    for (const line of early) this.#write(line)
  }

  /** Takes changed settings. */
  follow({ level, maxBytes, maxFiles }: Settings['logs']): void {
    this.#logger.setLevel(level)
    this.#file.setLimits({ maxBytes, maxFiles })
  }

  stop(): void {
    this.#file.stop()
    this.#terminal?.off('error', ignore)
  }

  #write(line: string): void {
    if (this.#early !== undefined) {
      if (this.#early.length < mostEarlyLines) this.#early.push(line)
      return
    }
    this.#file.write(line)
    if (this.#terminal === null || this.#terminal.destroyed) return
    this.#terminal.write(this.#terminal.isTTY ? `${readableLine(line, this.#terminal.hasColors())}\n` : line)
  }
}

function ignore(): void {}
