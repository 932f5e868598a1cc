import { setImmediate as nextTurn } from 'node:timers/promises'
import { ImpetusError } from '../contract/errors.ts'

export interface ScanLimits {
  /** Arrays and objects within one another. */
  readonly depth: number
  /** Bytes of one string as sent, escapes included. */
  readonly stringBytes: number
  /** Elements of one array or members of one object. */
  readonly entries: number
  /** Arrays and objects in all. */
  readonly containers: number
  /** Values in all. */
  readonly values: number
}

/** Some 2–5 ms of scanning; other requests get their turn in between. */
const sliceBytes = 1024 * 1024

/**
 * Refuses JSON that would cost too much to parse. It looks at structure only (brackets, quotes, commas): what is not
 * JSON at all is left for `JSON.parse` to refuse.
 */
export async function scanJson(bytes: Uint8Array, limits: ScanLimits): Promise<void> {
  const scanner = new JsonScanner(bytes, limits)
  while (!scanner.scan(sliceBytes)) await nextTurn()
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

class JsonScanner {
  readonly #bytes: Uint8Array
  readonly #limits: ScanLimits
  #at = 0
  #depth = 0
  #values = 1
  #containers = 0
  #inString = false
  #stringStart = 0
  #lastString: readonly [number, number] = [0, 0]
  /** By depth: elements so far, whether it is an array, and where the current member's key stands. */
  readonly #counts: number[] = []
  readonly #isArray: boolean[] = []
  readonly #keys: (readonly [number, number])[] = []

  constructor(bytes: Uint8Array, limits: ScanLimits) {
    this.#bytes = bytes
    this.#limits = limits
  }

  /** Scans up to `budget` bytes further; true at the end. */
  scan(budget: number): boolean {
    const bytes = this.#bytes
    const end = Math.min(bytes.length, this.#at + budget)
    for (let at = this.#at; at < end; at++) {
      const byte = bytes[at]
      if (this.#inString) {
        if (byte === backslash) at++
        else if (byte === quote) {
          this.#inString = false
          this.#lastString = [this.#stringStart, at]
        } else continue
        if (at - this.#stringStart > this.#limits.stringBytes) this.#refuseString()
        this.#at = at + 1
        continue
      }
      switch (byte) {
        case quote:
          this.#inString = true
          this.#stringStart = at + 1
          break
        case openBrace:
        case openBracket:
          this.#open(byte === openBracket)
          break
        case closeBrace:
        case closeBracket:
          this.#depth--
          break
        case comma:
          this.#next()
          break
        case colon:
          this.#keys[this.#depth] = this.#lastString
          break
      }
    }
    this.#at = Math.max(this.#at, end)
    if (this.#inString && this.#at - this.#stringStart > this.#limits.stringBytes) this.#refuseString()
    return this.#at >= bytes.length
  }

  #open(isArray: boolean): void {
    this.#depth++
    if (this.#depth > this.#limits.depth) {
      throw new ImpetusError(
        'json_too_deep',
        `The body is nested more than ${this.#limits.depth} levels deep.`,
      )
    }
    this.#counts[this.#depth] = 1
    this.#isArray[this.#depth] = isArray
    this.#keys[this.#depth] = [0, 0]
    if (++this.#containers > this.#limits.containers) {
      this.#refuseList(`holds more than ${this.#limits.containers} objects and lists`)
    }
  }

  #next(): void {
    const count = (this.#counts[this.#depth] ?? 0) + 1
    this.#counts[this.#depth] = count
    if (count > this.#limits.entries) this.#refuseList(`has more than ${this.#limits.entries} entries`)
    if (++this.#values > this.#limits.values)
      this.#refuseList(`holds more than ${this.#limits.values} values`)
  }

  #refuseString(): never {
    const megabytes = Math.floor(this.#limits.stringBytes / 1_048_576)
    this.#refuse('A string', `is longer than ${megabytes} MB`)
  }

  #refuseList(what: string): never {
    this.#refuse('A list', what)
  }

  #refuse(nameless: string, what: string): never {
    const param = this.#path()
    const subject = param === '' ? nameless : `"${param}"`
    throw new ImpetusError(
      'invalid_value',
      `${subject} ${what}. Send less at once.`,
      param === '' ? {} : { param },
    )
  }

  /** The keys that lead to here, up to the outermost array: that is the list the sender can shorten. */
  #path(): string {
    const parts: string[] = []
    for (let depth = 1; depth <= this.#depth && !this.#isArray[depth]; depth++) {
      const [start, end] = this.#keys[depth] ?? [0, 0]
      if (end > start)
        parts.push(Buffer.from(this.#bytes.subarray(start, Math.min(end, start + 64))).toString())
    }
    return parts.join('.')
  }
}
