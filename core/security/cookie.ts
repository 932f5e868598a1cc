/** One cookie's value out of a Cookie header. The first wins, as a browser sends the most specific one first. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return undefined
}

/**
 * A session cookie for our own pages: no script reads it, no other site's request carries it. Without `Secure` over
 * plain HTTP, which some browsers (WebKit) refuse to store for 127.0.0.1.
 */
export function sessionCookie(
  name: string,
  value: string,
  options: { maxAgeSeconds: number; secure: boolean },
): string {
  const parts = [
    `${name}=${value}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${options.maxAgeSeconds}`,
  ]
  return [...parts, ...(options.secure ? ['Secure'] : [])].join('; ')
}
