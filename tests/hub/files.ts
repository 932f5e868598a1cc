import { createHash } from 'node:crypto'

/** What a file does wrong. Each is a switch on one file; several at once are allowed. */
export interface Faults {
  /** Sends this many bytes of each answer, then nothing more. */
  readonly stallAfter?: number
  /** Cuts the connection each time this many bytes of an answer are out. */
  readonly resetEvery?: number
  /** Announces a size that is wrong by this many bytes, in Content-Length and Content-Range. */
  readonly lengthOff?: number
  /** Announces the right length and closes after this many bytes. */
  readonly cutAt?: number
  /** Flips one bit of the byte at this place. */
  readonly flipAt?: number
  /** Answers every range with 416. */
  readonly rangeRefused?: boolean
  /** Answers 200 and the whole file, whatever range is asked for. */
  readonly ignoresRange?: boolean
  /** Says in Content-Range that the bytes are from somewhere else, this far away. */
  readonly rangeOff?: number
  /** Names its version differently in every answer. */
  readonly newEtag?: boolean
  /** No ETag and no date. */
  readonly noEtag?: boolean
  /** Answers with this status instead of bytes. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes a second of all connections together. */
  readonly bytesPerSecond?: number
  /** Redirects here instead of to the storage. */
  readonly redirect?: string
  /** All of this only for so many requests; by default always. */
  readonly times?: number
}

/** A file on the fake hub. */
export class FakeFile {
  readonly path: string
  faults: Faults
  #content: Buffer
  #sha256: string | undefined
  #version = 1
  #answers = 0
  /** What the listing says of it, where that is not the truth. */
  readonly listed: { readonly sha256?: string; readonly bytes?: number }

  constructor(
    path: string,
    content: Buffer,
    faults: Faults = {},
    listed: { readonly sha256?: string; readonly bytes?: number } = {},
  ) {
    this.path = path
    this.#content = content
    this.faults = faults
    this.listed = listed
  }

  get content(): Buffer {
    return this.#content
  }

  get sha256(): string {
    this.#sha256 ??= createHash('sha256').update(this.#content).digest('hex')
    return this.#sha256
  }

  /** Another version of the file appears under the same name. */
  replace(content: Buffer): void {
    this.#content = content
    this.#sha256 = undefined
    this.#version++
  }

  /** The storage names versions by a hash of its own, which is not the SHA-256. */
  etag(): string | undefined {
    if (this.faults.noEtag === true) return undefined
    const name = this.faults.newEtag === true ? `${this.#version}.${this.#answers}` : String(this.#version)
    return `"${createHash('md5').update(`${this.path} ${name}`).digest('hex')}"`
  }

  /** Counts an answer against `times`; without that the faults stay. */
  takeFaults(): Faults {
    const { times } = this.faults
    this.#answers++
    if (times === undefined) return this.faults
    if (times <= 0) return {}
    const faults = this.faults
    this.faults = { ...faults, times: times - 1 }
    return faults
  }
}

/** Bytes that look like a model to whoever looks at the first four only; the same for the same seed. */
export function modelBytes(bytes: number, seed = 1): Buffer {
  const content = Buffer.allocUnsafe(bytes)
  // xorshift32, four bytes at a time: no two pieces are alike, so a splice cannot pass for the whole.
  let state = (seed * 2654435761) >>> 0 || 1
  for (let at = 0; at < bytes; at += 4) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    if (at + 4 <= bytes) content.writeUInt32LE(state, at)
    else content.fill(state & 255, at)
  }
  if (bytes >= 4) content.write('GGUF', 0, 'latin1')
  return content
}
