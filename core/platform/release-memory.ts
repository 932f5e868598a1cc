import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Collects what loading has left behind and gives the room back to the system: 3.5 of 90 MB, ten seconds after a start,
 * which V8 by itself keeps for hours when nothing happens. Holds the event loop for 60 to 100 ms, so it is for when
 * nobody asks anything.
 */
export function releaseMemory(): void {
  // Node offers this by a flag of its command line only, which a packaged program does not have.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (how: { type: 'major'; flavor: 'last-resort' }) => void
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', flavor: 'last-resort' })
}
