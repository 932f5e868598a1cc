import type { Log } from '../platform/log.ts'
import type { Life } from './life.ts'

export interface SignalParts {
  readonly life: Life
  readonly log: Log
  /** End when standard input closes: whoever started this process is gone. */
  readonly supervised: boolean
  /** Removes what a core must not leave behind. Synchronous: the process ends with it. */
  readonly cleanUp: () => void
}

export interface EndListener {
  /** Whether an error that nobody caught ended the core. */
  readonly defect: () => boolean
  /** Lets go of standard input, which would keep the process alive. */
  readonly stop: () => void
}

/**
 * What from outside ends the core. The first signal drains, a second one ends the process at once: the runners see
 * their lifeline close and go too. A defect that nobody caught is logged and ends the core in order, with code 70.
 */
export function listenForTheEnd({ life, log, supervised, cleanUp }: SignalParts): EndListener {
  let defect = false
  const asked = (signal: NodeJS.Signals) => {
    log.info('Asked to end', { signal })
    if (life.end({ why: signal, now: false }) > 1) {
      cleanUp()
      process.exit(0)
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, asked)

  process.on('uncaughtException', error => {
    log.error('A defect: nobody caught this error', error)
    defect = true
    if (life.end({ why: 'defect', now: true }) > 2) process.exit(70)
  })
  // One request's lost error is no reason to end everybody's.
  process.on('unhandledRejection', reason => log.error('A defect: nobody caught this rejection', reason))

  if (supervised) {
    const orphaned = () => life.end({ why: 'standard input closed', now: true })
    process.stdin.once('end', orphaned).once('close', orphaned).once('error', orphaned).resume()
  }
  return { defect: () => defect, stop: () => void (supervised && process.stdin.destroy()) }
}
