import { isLoopback, type Settings } from '../contract/settings.ts'

/**
 * Why the core must not listen on the configured address, in words for a terminal; `null` where it may. Open to other
 * machines means keys (at least one that works) and TLS: everything sent is a prompt or a key.
 */
export function bindProblem(
  server: Pick<Settings['server'], 'host' | 'requireKey' | 'tls'>,
  validKeys: number,
): string | null {
  if (isLoopback(server.host)) return null
  const missing = [
    ...(server.requireKey ? [] : ['set server.requireKey']),
    ...(server.tls.cert !== null && server.tls.key !== null
      ? []
      : ['set server.tls.cert and server.tls.key']),
    ...(validKeys > 0 ? [] : ['make a key ("impetus keys create", while Impetus runs on 127.0.0.1)']),
  ]
  if (missing.length === 0) return null
  return `Listening on ${server.host} would open Impetus to other machines. First ${missing.join('; ')}. Or set server.host back to 127.0.0.1.`
}
