/** Tries in a row that bring less than `progressBytes`, after which a transfer gives up: about five minutes. */
const tries = 10
const firstSeconds = 1
const longestSeconds = 60
/** A server that asks for more patience than this is told to the person instead of being waited for. */
const longestRetryAfterSeconds = 15 * 60

/** What must have arrived since the last fault for the count of tries to begin anew. Far more than stalls let through. */
export const progressBytes = 256 * 1024

/**
 * Milliseconds to wait before the next try, or undefined to give up.
 *
 * @param failures faults in a row without progress, this one included
 * @param retryAfter seconds the server asked for
 * @param random from 0 up to 1; spreads clients that failed together
 */
export function retryDelay(
  failures: number,
  retryAfter: number | undefined,
  random: number,
): number | undefined {
  if (failures >= tries) return undefined
  const backOff = Math.min(longestSeconds, firstSeconds * 2 ** (failures - 1)) * (0.5 + random / 2)
  if (retryAfter === undefined) return backOff * 1000
  if (retryAfter > longestRetryAfterSeconds) return undefined
  return Math.max(retryAfter, backOff) * 1000
}

/**
 * Seconds a server asks to wait: `Retry-After` as a number or a date, else the hub's own `RateLimit: "api";r=0;t=55`.
 */
export function retryAfterOf(headers: Readonly<Record<string, unknown>>, now: number): number | undefined {
  const value = headers['retry-after']
  if (typeof value === 'string') {
    if (/^\d+$/.test(value)) return Number(value)
    // Date.parse takes nearly anything for a date; those of HTTP end like this.
    const date = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN
    if (!Number.isNaN(date)) return Math.max(0, Math.ceil((date - now) / 1000))
  }
  const limit = headers.ratelimit
  const match = typeof limit === 'string' ? /;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d+)/.exec(limit) : null
  return match === null ? undefined : Number(match[1])
}
