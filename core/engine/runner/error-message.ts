import { ImpetusError } from '../../contract/errors.ts'
import type { RunnerMessage } from '../protocol.ts'

/** What the core hears when a request fails. Anything but an ImpetusError is a defect of the runner. */
export function errorMessage(id: number, error: unknown): RunnerMessage {
  const { code, message, param } =
    error instanceof ImpetusError ? error : new ImpetusError('internal_error', `The runner failed: ${error}`)
  return { t: 'error', id, code, message, ...(param !== undefined && { param }) }
}
