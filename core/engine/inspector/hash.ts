import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { constants as priorities, setPriority } from 'node:os'
import { InvalidModel } from './cursor.ts'

export type HashLine =
  | { readonly done: number }
  /** Inode, size and time of what was read, and its SHA-256. */
  | { readonly sha256: string; readonly print: string }

/** Bytes between two words of how far it is. */
const tellEvery = 64 * 1024 * 1024

/**
 * Computes a file's SHA-256 when nobody else wants the processor.
 *
 * @throws InvalidModel where it is no file, or changed meanwhile; the file system's error where it cannot be read
 */
export async function hashFile(path: string, tell: (line: HashLine) => Promise<void>): Promise<void> {
  setPriority(priorities.priority.PRIORITY_LOW)
  // Without waiting: opening a pipe would.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const before = await file.stat()
  if (!before.isFile()) throw new InvalidModel('It is not a file.')
  const hash = createHash('sha256')
  let done = 0
  let told = 0
  for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
    hash.update(chunk as Buffer)
    done += (chunk as Buffer).length
    if (done - told < tellEvery) continue
    told = done
    await tell({ done })
  }
  const after = await file.stat()
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
    throw new InvalidModel('The file changed while it was read.')
  await tell({ sha256: hash.digest('hex'), print: `${before.ino}:${before.size}:${before.mtimeMs}` })
}
