import { existsSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Memory that looks like a folder, on Linux. */
const sharedMemory = '/dev/shm'

/** A private folder for what is only there for a moment; gone with the process. */
export async function scratchFolder(): Promise<string> {
  const place = existsSync(sharedMemory) ? sharedMemory : tmpdir()
  const folder = await mkdtemp(join(place, 'impetus-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
