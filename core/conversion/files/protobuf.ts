import { Refusal } from '../refusal.ts'
import type { OpenFile } from './open-file.ts'

/** One field of a message. `value` of a varint; `start` and `end` of anything that has bytes. */
export interface ProtoField {
  readonly number: number
  readonly wire: 'varint' | 'bytes' | 'fixed32' | 'fixed64'
  readonly value: number
  readonly start: number
  readonly end: number
}

const windowBytes = 256 * 1024
/** A model's largest message has some 260,000 (the pieces of a vocabulary). */
const mostFields = 4_000_000

/**
 * A file in Protocol Buffers' wire format, walked without a schema and without holding more than a window of it.
 * See https://protobuf.dev/programming-guides/encoding/
 */
export class ProtoFile {
  readonly #file: OpenFile
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0
  #fields = 0

  constructor(file: OpenFile) {
    this.#file = file
  }

  get size(): number {
    return this.#file.size
  }

  /** The fields of the message that lies from `start` to `end`. @throws Refusal where it is none */
  *fields(start: number, end: number): Generator<ProtoField> {
    let at = start
    while (at < end) {
      this.#fields += 1
      if (this.#fields > mostFields) throw this.#damaged()
      const key = this.#varint(at, end)
      const number = Math.floor(key.value / 8)
      const wire = key.value % 8
      if (number === 0) throw this.#damaged()
      const field = this.#field(number, wire, key.next, end)
      if (field.end > end) throw this.#damaged()
      yield field
      at = field.end
    }
  }

  /** Packed numbers. */
  *varints({ start, end }: Pick<ProtoField, 'start' | 'end'>): Generator<number> {
    for (let at = start; at < end; ) {
      const { value, next } = this.#varint(at, end)
      yield value
      at = next
    }
  }

  text({ start, end }: Pick<ProtoField, 'start' | 'end'>, longest = 65_536): string {
    return this.#file.read(start, Math.min(end - start, longest)).toString('utf8')
  }

  float32({ start }: Pick<ProtoField, 'start'>): number {
    return this.#bytes(start, 4).readFloatLE()
  }

  #field(number: number, wire: number, at: number, end: number): ProtoField {
    switch (wire) {
      case 0: {
        const { value, next } = this.#varint(at, end)
        return { number, wire: 'varint', value, start: at, end: next }
      }
      case 1:
        return { number, wire: 'fixed64', value: 0, start: at, end: at + 8 }
      case 2: {
        const { value, next } = this.#varint(at, end)
        return { number, wire: 'bytes', value: 0, start: next, end: next + value }
      }
      case 5:
        return { number, wire: 'fixed32', value: 0, start: at, end: at + 4 }
      default:
        throw this.#damaged()
    }
  }

  /** Beyond 53 bits a number loses its last digits; no length or count gets there. */
  #varint(at: number, end: number): { value: number; next: number } {
    let value = 0
    for (let index = 0; index < 10 && at + index < end; index++) {
      const byte = this.#bytes(at + index, 1)[0]!
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) return { value, next: at + index + 1 }
    }
    throw this.#damaged()
  }

  #bytes(at: number, length: number): Buffer {
    if (at < this.#windowStart || at + length > this.#windowStart + this.#window.length) {
      this.#windowStart = at
      this.#window = this.#file.read(at, Math.max(length, Math.min(windowBytes, this.#file.size - at)))
    }
    return this.#window.subarray(at - this.#windowStart, at - this.#windowStart + length)
  }

  #damaged(): Refusal {
    return new Refusal(`"${this.#file.name}" is damaged, or not what its name says.`)
  }
}
