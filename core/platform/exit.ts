import { type ExitReason, exitCodes } from '../contract/exit-codes.ts'

/**
 * Ends the process with a plain message instead of a stack trace. The message is for a person: what is wrong, and what
 * to do next. Thrown by whatever cannot start; only main.ts and the commands' frame catch it.
 */
export class ExitError extends Error {
  override readonly name = 'ExitError'
  readonly reason: ExitReason

  constructor(reason: ExitReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
  }

  get exitCode(): number {
    return exitCodes[this.reason].code
  }
}
