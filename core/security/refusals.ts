import type { ImpetusError } from '../contract/errors.ts'
import type { RefusedFacts } from '../http/server.ts'
import type { Audit } from './audit.ts'

/** Notes what the guard turned away: a page or a host that tries to reach in is worth knowing, a clumsy client is not. */
export function auditRefusal(audit: Audit, error: ImpetusError, facts: RefusedFacts): void {
  const { requestId, transport, remote, host, origin } = facts
  if (error.code === 'host_not_allowed') audit.record('host.refused', { requestId, remote, host })
  if (error.code === 'origin_not_allowed') {
    audit.record('origin.refused', { requestId, transport, remote, origin, host })
  }
}
