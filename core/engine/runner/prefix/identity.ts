import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** Bytes at the file's beginning that are looked at: its description and the first weights. */
const looked = 1024 * 1024

/**
 * Names a model file so that states of another one are never taken for its own: by its beginning, its size and when it
 * was changed. Reading all of it would take longer than computing what is spared.
 */
export async function modelIdentity(path: string, version: string): Promise<string> {
  await using file = await open(path)
  const { size, mtimeMs } = await file.stat()
  const { buffer, bytesRead } = await file.read(
    Buffer.alloc(Math.min(looked, size)),
    0,
    Math.min(looked, size),
    0,
  )
  return createHash('sha256')
    .update(`${version}\n${size}\n${mtimeMs}\n`)
    .update(buffer.subarray(0, bytesRead))
    .digest('hex')
    .slice(0, 32)
}
