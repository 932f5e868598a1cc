import { readSync } from 'node:fs'

/** The file is not what it claims to be; the message says how, for a person. */
export class InvalidModel extends Error {
  override readonly name = 'InvalidModel'
}

/** Read at once; a model's metadata is a few megabytes, of which most is skipped over. */
const windowBytes = 256 * 1024

/** Reads a file from front to back through a small window; whatever a file claims, memory stays at the window's size. */
export class Cursor {
  readonly size: number
  readonly #file: number
  readonly #window: Buffer
  /** The part of the file that the window holds. */
  #start = 0
  #end = 0
  #position = 0

  constructor(file: number, size: number) {
    this.#file = file
    this.size = size
    this.#window = Buffer.allocUnsafe(windowBytes)
  }

  get position(): number {
    return this.#position
  }

  get remaining(): number {
    return this.size - this.#position
  }

  u8(): number {
    return this.#window.readUInt8(this.#need(1))
  }

  u32(): number {
    return this.#window.readUInt32LE(this.#need(4))
  }

  i32(): number {
    return this.#window.readInt32LE(this.#need(4))
  }

  f32(): number {
    return this.#window.readFloatLE(this.#need(4))
  }

  f64(): number {
    return this.#window.readDoubleLE(this.#need(8))
  }

  /** An unsigned 64-bit number; one that no count, length or offset in a real file can be is refused. */
  u64(what: string): number {
    const value = this.#window.readBigUInt64LE(this.#need(8))
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new InvalidModel(`The ${what} is impossibly large (${value}).`)
    return Number(value)
  }

  /** Unlike `u64` takes any value, as metadata may hold any. */
  i64(): number {
    return Number(this.#window.readBigInt64LE(this.#need(8)))
  }

  text(length: number): string {
    if (length > this.remaining) throw this.cutOff()
    if (length <= windowBytes) {
      const at = this.#need(length)
      return this.#window.toString('utf8', at, at + length)
    }
    const bytes = Buffer.allocUnsafe(length)
    readFully(this.#file, bytes, this.#position)
    this.#position += length
    return bytes.toString('utf8')
  }

  skip(length: number): void {
    if (length > this.remaining) throw this.cutOff()
    this.#position += length
  }

  cutOff(): InvalidModel {
    return new InvalidModel(
      `The file is cut off: it ends after ${this.size} bytes, in the middle of its description.`,
    )
  }

  /** Makes sure the next `length` bytes are in the window, moves past them and says where they are. */
  #need(length: number): number {
    if (length > this.remaining) throw this.cutOff()
    if (this.#position < this.#start || this.#position + length > this.#end) {
      this.#start = this.#position
      const bytes = Math.min(windowBytes, this.size - this.#start)
      readFully(this.#file, this.#window.subarray(0, bytes), this.#start)
      this.#end = this.#start + bytes
    }
    const at = this.#position - this.#start
    this.#position += length
    return at
  }
}

function readFully(file: number, into: Buffer, position: number): void {
  let done = 0
  while (done < into.length) {
    const read = readSync(file, into, done, into.length - done, position + done)
    if (read === 0) throw new InvalidModel('The file became shorter while it was read.')
    done += read
  }
}
