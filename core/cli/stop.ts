import { setTimeout as sleep } from 'node:timers/promises'
import { stopCore } from '../contract/status.ts'
import { ExitError } from '../platform/exit.ts'
import { HomeLock } from '../platform/lock.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer } from './output.ts'

/** Running answers have at most 600 s by the settings; a little more for the ending itself. */
const longestDrainMilliseconds = 620_000

export async function run(call: Call): Promise<undefined> {
  const paths = call.paths()
  const { pid } = await new CoreClient(paths).call(stopCore, { body: { now: call.switches.has('now') } })
  const deadline = Date.now() + longestDrainMilliseconds
  // The lock is the last thing a core lets go of, and the kernel takes it from one that dies. A moment later it is gone.
  const lock = new HomeLock(paths.lock)
  while (!lock.acquire()) {
    if (Date.now() > deadline) throw new ExitError('failed', `The core (process ${pid}) is still running.`)
    await sleep(50)
  }
  lock.release()
  while (isThere(pid) && Date.now() < deadline) await sleep(10)
  answer(call, { stopped: true, pid }, 'Impetus has ended.')
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
