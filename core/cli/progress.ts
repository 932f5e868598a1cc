import type { Download } from '../contract/downloads.ts'
import { readableBytes, readableSeconds } from './output.ts'

const barLength = 24

/** One line that says how far a download is. Pure. */
export function progressLine(download: Download, now: number): string {
  const { state, name, bytes, done, bytesPerSecond, secondsLeft, retryAt } = download
  const parts = [amountLine(name, done, bytes)]
  if (state === 'verifying') parts.push('checking')
  else if (state === 'queued') parts.push('waiting for other downloads')
  else if (state === 'paused') parts.push('paused')
  else if (retryAt !== null && retryAt > now)
    parts.push(`trying again in ${readableSeconds((retryAt - now) / 1000)}`)
  else if (bytesPerSecond !== null) {
    parts.push(`${readableBytes(bytesPerSecond)}/s`)
    if (secondsLeft !== null) parts.push(`${readableSeconds(secondsLeft)} left`)
  }
  return parts.join('  ')
}

/** What goes on, as a bar and in figures. Pure. */
export function amountLine(name: string, done: number, bytes: number): string {
  const share = bytes === 0 ? 1 : done / bytes
  const filled = Math.floor(share * barLength)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}`
  return `${name}  ${bar} ${Math.floor(share * 100)} %  ${readableBytes(done)} of ${readableBytes(bytes)}`
}

/** Shows progress on a terminal in one line that changes, elsewhere as a line for each tenth. */
export class ProgressDisplay {
  readonly #stream: NodeJS.WriteStream
  #tenth = -1
  #isOpen = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(download: Download): void {
    this.line(progressLine(download, Date.now()), download.bytes === 0 ? 1 : download.done / download.bytes)
  }

  /** Any line, and the share that is done of what it tells. */
  line(line: string, share: number): void {
    if (this.#stream.isTTY) {
      // Cut to the terminal: a line that wraps cannot be written over.
      this.#stream.write(`\r${line.slice(0, (this.#stream.columns || 80) - 1)}\x1b[K`)
      this.#isOpen = true
      return
    }
    const tenth = Math.floor(10 * share)
    if (tenth === this.#tenth) return
    this.#tenth = tenth
    this.#stream.write(`${line}\n`)
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.#isOpen) this.#stream.write('\n')
    this.#isOpen = false
  }
}
