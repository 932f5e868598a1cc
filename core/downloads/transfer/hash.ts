import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { PartFile } from './part-file.ts'

/** A millisecond of hashing at a time, so that other work gets its turn in between. */
const blockBytes = 512 * 1024

/**
 * The SHA-256 of a file that is still growing, as 64 hexadecimal digits. It follows behind the bytes that are there
 * without a hole, mostly out of the system's memory; after a resume it begins with what is on disk, while the rest is
 * being fetched.
 */
export async function hashBehind(part: PartFile, bytes: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(blockBytes)
  let position = 0
  while (position < bytes) {
    signal.throwIfAborted()
    const ready = Math.min(part.prefix, bytes) - position
    if (ready === 0) {
      await part.growth(signal)
      continue
    }
    const read = await part.read(buffer, Math.min(ready, blockBytes), position)
    if (read === 0) throw new Error('The part file is shorter than what was written to it.')
    hash.update(buffer.subarray(0, read))
    position += read
  }
  return hash.digest('hex')
}

/** The SHA-256 of a file that is whole. */
export async function hashWhole(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const block of createReadStream(path, { highWaterMark: blockBytes }))
    hash.update(block as Buffer)
  return hash.digest('hex')
}
