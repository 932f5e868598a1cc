import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

export interface LogFileOptions {
  readonly path: string
  /** A file that has reached this many bytes is put aside. */
  readonly maxBytes: number
  /** Files kept, the current one included. */
  readonly maxFiles: number
}

/**
 * A file of lines that is rotated by size: `name`, `name.1` (newest) … The lines are written at once, not buffered: what
 * was logged before a crash is in the file, and order across rooms is kept. A line costs about 4 µs, and we write a
 * few per request.
 *
 * A full disk or a lost permission never hurts the caller: lines are dropped and counted, and the next line tries again
 * and says how many are missing. (rotating-file-stream was tried on paper: an error destroys a Node stream for good,
 * and a buffered line is lost with the process.)
 */
export class LogFile {
  #options: LogFileOptions
  #file: number | undefined
  #bytes = 0
  #dropped = 0

  constructor(options: LogFileOptions) {
    this.#options = options
  }

  /** Lines lost since the last one that could be written. */
  get dropped(): number {
    return this.#dropped
  }

  /** Takes new limits without losing a line. */
  setLimits(limits: Pick<LogFileOptions, 'maxBytes' | 'maxFiles'>): void {
    this.#options = { ...this.#options, ...limits }
  }

  /** Appends one line, which ends in a line feed. Never throws. */
  write(line: string): void {
    try {
      if (this.#file === undefined) this.#open()
      if (this.#bytes > 0 && this.#bytes + line.length > this.#options.maxBytes) this.#rotate()
      if (this.#dropped > 0)
        this.#append(
          `${JSON.stringify({ time: Date.now(), level: 'warn', msg: `${this.#dropped} lines could not be written and are missing here` })}\n`,
        )
      this.#dropped = 0
      this.#append(line)
    } catch {
      // There is nowhere left to report to: the count is the report.
      this.#dropped++
      this.stop()
    }
  }

  stop(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #append(line: string): void {
    const bytes = Buffer.from(line)
    let written = 0
    while (written < bytes.length) written += writeSync(this.#file as number, bytes, written)
    this.#bytes += bytes.length
  }

  #open(): void {
    this.#file = openSync(this.#options.path, 'a', 0o600)
    this.#bytes = fstatSync(this.#file).size
  }

  #rotate(): void {
    this.stop()
    const { path, maxFiles } = this.#options
    rmSync(`${path}.${Math.max(1, maxFiles - 1)}`, { force: true })
    for (let n = maxFiles - 2; n >= 1; n--) moveIfThere(`${path}.${n}`, `${path}.${n + 1}`)
    if (maxFiles > 1) moveIfThere(path, `${path}.1`)
    else rmSync(path, { force: true })
    this.#open()
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
