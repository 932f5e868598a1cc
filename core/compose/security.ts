import { ExitError } from '../platform/exit.ts'
import { LogFile } from '../platform/log-file.ts'
import { Audit } from '../security/audit.ts'
import { bindProblem } from '../security/bind-problem.ts'
import { Keys } from '../security/keys.ts'
import { Sessions } from '../security/sessions.ts'
import { SignIn } from '../security/sign-in.ts'
import type { Base } from './base.ts'

export interface Security {
  readonly audit: Audit
  readonly keys: Keys
  readonly sessions: Sessions
  readonly signIn: SignIn
}

/**
 * Brings keys, sessions and the audit log.
 *
 * @throws ExitError `configuration` when what is configured would open the core to strangers
 */
export function startSecurity(
  { paths, clock, bus, settings, database }: Base,
  stack: AsyncDisposableStack,
): Security {
  const file = new LogFile({ path: paths.auditLog, ...settings.current.logs })
  stack.defer(() => file.stop())
  settings.onChange(({ logs }) => file.setLimits(logs))
  const audit = new Audit({ file, path: paths.auditLog, bus, clock })
  audit.start()
  stack.defer(() => audit.stop())

  const keys = new Keys(database, clock)
  const sessions = new Sessions(database, clock)
  keys.start()
  sessions.start()
  if (database.origin === 'restored' || database.origin === 'fresh') {
    audit.record('keys.restored', { database: database.origin, keys: keys.validCount })
  }
  const problem = bindProblem(settings.current.server, keys.validCount)
  if (problem !== null) throw new ExitError('configuration', problem)
  return { audit, keys, sessions, signIn: new SignIn({ sessions, audit, clock }) }
}
