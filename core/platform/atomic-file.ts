import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Replaces a file as a whole: a reader, and a machine that loses power, sees the old text or the new, never a part.
 * The file is private (0600 under any umask). Synchronous on purpose: it is for small files that a start or an answer
 * waits for anyway, and two writers in one process cannot interleave.
 */
export function writeFileAtomic(path: string, text: string): void {
  // The same folder, so that the rename stays within one file system; the pid, so that two processes do not collide.
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = openSync(temporary, 'w', 0o600)
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/** The rename itself is durable once its folder is; some file systems cannot do that, and then it is as good as it gets. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error
  } finally {
    closeSync(handle)
  }
}
