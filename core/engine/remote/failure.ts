import { type ErrorCode, errorCodes, ImpetusError } from '../../contract/errors.ts'
import { field, text } from './json.ts'

/** What went wrong with one try at one replica. */
export interface Failure {
  readonly error: ImpetusError
  /** Another replica may do better. */
  readonly elsewhere: boolean
  /** The replica itself is at fault, and is left alone for a while. */
  readonly sick: boolean
}

/** Longest part of another server's words that is passed on. */
const longestQuote = 300

/** It does not answer, or not as a server does. */
export function unreachable(server: string, why: string): Failure {
  const message = `The server "${server}" cannot be reached: ${why}. Check that it runs, and its address under remote.servers.`
  return {
    error: new ImpetusError('remote_unavailable', message, { retryAfter: 5 }),
    elsewhere: true,
    sick: true,
  }
}

/** It stopped in the middle of an answer. */
export function brokenOff(server: string, why: string): Failure {
  const message = `The server "${server}" broke off its answer: ${why}. Send the request again.`
  return { error: new ImpetusError('remote_failed', message), elsewhere: true, sick: true }
}

/** An answer other than 200, or an error in a stream. `status` is 0 where a stream tells none. */
export function refused(
  server: string,
  status: number,
  body: unknown,
  retryAfter: number | undefined,
): Failure {
  const error = field(body, 'error') ?? body
  const said = (
    text(field(error, 'message')) ??
    text(error) ??
    text(field(body, 'detail')) ??
    `status ${status}`
  ).slice(0, longestQuote)
  const code = text(field(error, 'code'))
  const param = text(field(error, 'param'))
  const quote = `The server "${server}" says: ${said}`
  const details = {
    ...(param !== undefined && { param }),
    ...(retryAfter !== undefined && { retryAfter }),
  }
  if (status === 401 || status === 403) {
    const message = `The server "${server}" refuses the key it was given. Correct it under remote.servers.`
    return { error: new ImpetusError('remote_failed', message), elsewhere: false, sick: false }
  }
  if (status === 429)
    return { error: new ImpetusError('rate_limited', quote, details), elsewhere: true, sick: false }
  if (status === 404) {
    const mine = new ImpetusError('model_not_found', quote, { param: 'model' })
    return { error: mine, elsewhere: true, sick: false }
  }
  if (status >= 400 && status < 500) {
    const known = ownCode(code, status) ?? 'invalid_value'
    return { error: new ImpetusError(known, quote, details), elsewhere: false, sick: false }
  }
  const known = ownCode(code, 500)
  if (known !== undefined)
    return { error: new ImpetusError(known, quote, details), elsewhere: true, sick: false }
  return { error: new ImpetusError('remote_failed', quote, details), elsewhere: true, sick: true }
}

/** Another Impetus, or a server with the same names, means what we mean by them. */
function ownCode(code: string | undefined, status: number): ErrorCode | undefined {
  if (code === undefined || !Object.hasOwn(errorCodes, code)) return undefined
  const own = code as ErrorCode
  return Math.floor(errorCodes[own].status / 100) === Math.floor(status / 100) ? own : undefined
}
