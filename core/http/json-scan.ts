import { setImmediate as nextTurn } from 'node:timers/promises'
import { ImpetusError } from '../contract/errors.ts'

export interface ScanLimits {
  /** Arrays and objects within one another. */
  readonly depth: number
  /** Bytes of one string as sent, escapes included. */
  readonly stringBytes: number
  /** Elements of one array. */
  readonly elements: number
  /** Members of one object. */
  readonly members: number
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

/** Walks over bytes, a slice at a time, and keeps just enough to say where it is. */
class JsonScanner {
  readonly #bytes: Uint8Array
  readonly #limits: ScanLimits
  #at = 0
  #depth = 0
  #values = 1
  #containers = 0
  #inString = false
  #stringStart = 0
  #stringEnd = 0
  /** By depth: elements so far, whether it is an array, and where the current member's key stands. */
  readonly #counts: number[] = []
  readonly #isArray: boolean[] = []
  readonly #keyStarts: number[] = []
  readonly #keyEnds: number[] = []

  constructor(bytes: Uint8Array, limits: ScanLimits) {
    this.#bytes = bytes
    this.#limits = limits
  }

  /** Scans some `budget` bytes further; true at the end. */
  scan(budget: number): boolean {
    const bytes = this.#bytes
    const end = Math.min(bytes.length, this.#at + budget)
    let at = this.#at
    for (; at < end; at++) {
      const byte = bytes[at]
      if (!this.#inString) this.#structure(byte, at)
      else if (byte === backslash) at++
      else if (byte === quote) this.#endString(at)
    }
    this.#at = at
    if (this.#inString) this.#checkString(at)
    return at >= bytes.length
  }

  #structure(byte: number | undefined, at: number): void {
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
        this.#keyStarts[this.#depth] = this.#stringStart
        this.#keyEnds[this.#depth] = this.#stringEnd
        break
    }
  }

  #endString(at: number): void {
    this.#inString = false
    this.#stringEnd = at
    this.#checkString(at)
  }

  #checkString(at: number): void {
    if (at - this.#stringStart <= this.#limits.stringBytes) return
    this.#refuse(this.#depth, 'A string', `is longer than ${inWords(this.#limits.stringBytes)}`)
  }

  #open(isArray: boolean): void {
    const { depth, containers } = this.#limits
    this.#depth++
    if (this.#depth > depth) {
      throw new ImpetusError(
        'json_too_deep',
        `The body is nested more than ${depth} levels deep. Nest it less.`,
      )
    }
    this.#counts[this.#depth] = 1
    this.#isArray[this.#depth] = isArray
    this.#keyEnds[this.#depth] = 0
    if (++this.#containers > containers) {
      this.#refuse(this.#depth - 1, 'The body', `holds more than ${containers} objects and lists`)
    }
  }

  #next(): void {
    const { elements, members, values } = this.#limits
    const count = (this.#counts[this.#depth] ?? 0) + 1
    this.#counts[this.#depth] = count
    const most = this.#isArray[this.#depth] ? elements : members
    if (count > most) this.#refuse(this.#depth - 1, 'A list', `has more than ${most} entries`)
    if (++this.#values > values) {
      this.#refuse(this.#depth - 1, 'The body', `holds more than ${values} values`)
    }
  }

  #refuse(depth: number, nameless: string, what: string): never {
    const param = this.#path(depth)
    const subject = param === '' ? nameless : `"${param}"`
    throw new ImpetusError(
      'invalid_value',
      `${subject} ${what}. Send less at once.`,
      param === '' ? {} : { param },
    )
  }

  /** The keys that lead to a depth, up to the outermost array: that is the list the sender can shorten. */
  #path(depth: number): string {
    const parts: string[] = []
    for (let level = 1; level <= depth && !this.#isArray[level]; level++) {
      const start = this.#keyStarts[level] ?? 0
      const end = Math.min(this.#keyEnds[level] ?? 0, start + longestKey)
      if (end > start) parts.push(Buffer.from(this.#bytes.subarray(start, end)).toString())
    }
    return parts.join('.')
  }
}

/** Of a key in an error message. */
const longestKey = 64

function inWords(bytes: number): string {
  return bytes >= 1_048_576 ? `${Math.floor(bytes / 1_048_576)} MB` : `${bytes} bytes`
}
