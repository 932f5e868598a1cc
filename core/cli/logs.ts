import { closeSync, existsSync, fstatSync, openSync, readSync, type Stats, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { ExitError } from '../platform/exit.ts'
import { readableLine } from '../platform/log-line.ts'
import type { Call } from './command.ts'

const pieceBytes = 64 * 1024

/** Reads the file, not the core: the log is needed most when the core is gone. */
export async function run(call: Call): Promise<undefined> {
  const path = call.switches.has('audit') ? call.paths().auditLog : call.paths().log
  const wanted = Number(call.options.lines ?? 50)
  if (!Number.isInteger(wanted) || wanted < 0)
    throw new ExitError('usage', `--lines is "${call.options.lines}": must be a whole number.`)
  const { stdout } = call.io
  const show = (line: string): void =>
    void stdout.write(`${call.json ? line : readableLine(line, stdout.isTTY && stdout.hasColors())}\n`)
  const end = new AbortController()
  process.once('SIGINT', () => end.abort())

  const follower = new LogFollower(path, show)
  const found = follower.tail(wanted)
  if (!existsSync(dirname(path)))
    throw new ExitError('failed', `There is no log yet: ${dirname(path)} does not exist.`)
  if (!found && !call.switches.has('follow'))
    throw new ExitError('failed', `There is no log yet: ${path} does not exist.`)
  if (call.switches.has('follow')) await follower.follow(end.signal)
  follower.close()
}

/** A file of lines that may be put aside and begun anew at any time. */
class LogFollower {
  readonly #path: string
  readonly #show: (line: string) => void
  readonly #piece = Buffer.alloc(pieceBytes)
  #decoder = new StringDecoder('utf8')
  #file: number | undefined
  #position = 0
  #rest = ''

  constructor(path: string, show: (line: string) => void) {
    this.#path = path
    this.#show = show
  }

  /** Shows the last lines; false when there is no file. */
  tail(count: number): boolean {
    if (!this.#open()) return false
    const lines: string[] = []
    this.#read(line => {
      lines.push(line)
      if (lines.length > count) lines.shift()
    })
    for (const line of lines) this.#show(line)
    return true
  }

  async follow(signal: AbortSignal): Promise<void> {
    // The folder, because the file itself comes and goes.
    const watcher = watch(dirname(this.#path), { signal }, () => this.#catchUp())
    this.#catchUp()
    await new Promise<void>(resolve => {
      watcher.once('close', resolve)
      watcher.once('error', () => resolve())
    })
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #catchUp(): void {
    if (this.#file === undefined && !this.#open()) return
    // What was still written to a file that has since been put aside, then the new one from its beginning.
    this.#read(this.#show)
    const now = statSync(this.#path, { throwIfNoEntry: false })
    if (now === undefined || !this.#isOther(now)) return
    this.close()
    if (this.#open()) this.#read(this.#show)
  }

  #isOther(facts: Stats): boolean {
    const mine = fstatSync(this.#file as number)
    return facts.ino !== mine.ino || facts.dev !== mine.dev || facts.size < this.#position
  }

  #open(): boolean {
    try {
      this.#file = openSync(this.#path, 'r')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw new ExitError(
        'failed',
        `${this.#path} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      )
    }
    this.#position = 0
    this.#rest = ''
    this.#decoder = new StringDecoder('utf8')
    return true
  }

  #read(take: (line: string) => void): void {
    for (;;) {
      const bytes = readSync(this.#file as number, this.#piece, 0, pieceBytes, this.#position)
      if (bytes === 0) return
      this.#position += bytes
      const lines = (this.#rest + this.#decoder.write(this.#piece.subarray(0, bytes))).split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) take(line)
    }
  }
}
