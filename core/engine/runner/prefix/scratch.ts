import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Memory that looks like a folder, on Linux. */
const sharedMemory = '/dev/shm'
const prefix = 'impetus-states-'

/** A private folder for states on their way from one slot to another; gone with the process, or with the next one. */
export async function scratchFolder(
  place = existsSync(sharedMemory) ? sharedMemory : tmpdir(),
): Promise<string> {
  await sweep(place)
  const folder = await mkdtemp(join(place, `${prefix}${process.pid}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A runner that was killed could not tidy up: what it left may hold a prompt. */
async function sweep(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const pid = Number(name.startsWith(prefix) ? name.slice(prefix.length).split('-')[0] : Number.NaN)
    if (Number.isInteger(pid) && !isAlive(pid))
      // Another user's folder, which only looks like one of ours, stays where it is.
      await rm(join(place, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
