import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { Refusal } from '../refusal.ts'

/** A regular file, read at any place. Reading blocks: this runs only in a child that does nothing else. */
export class OpenFile {
  readonly path: string
  readonly name: string
  readonly size: number
  readonly #descriptor: number

  /**
   * Never waits for what only looks like a file (a pipe, a terminal) and does not follow a link.
   *
   * @param path real, as `realpath` gives it
   * @param name how messages call it
   */
  constructor(path: string, name: string) {
    this.path = path
    this.name = name
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    const status = fstatSync(this.#descriptor)
    if (!status.isFile()) {
      this.close()
      throw new Refusal(`"${name}" is not a file.`)
    }
    this.size = status.size
  }

  /** @throws Refusal where the file ends before */
  read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    this.readInto(bytes, position)
    return bytes
  }

  /** Fills `bytes` from `position` on. @throws Refusal where the file ends before */
  readInto(bytes: Uint8Array, position: number): void {
    if (position < 0 || position + bytes.length > this.size) throw this.#cutOff()
    let done = 0
    while (done < bytes.length) {
      const read = readSync(this.#descriptor, bytes, done, bytes.length - done, position + done)
      if (read === 0) throw this.#cutOff()
      done += read
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #cutOff(): Refusal {
    return new Refusal(`"${this.name}" is cut off: it has only ${this.size} bytes. Fetch it again.`)
  }
}
