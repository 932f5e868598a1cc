import type { Call } from '../cli/command.ts'
import { Logs } from '../logs/logs.ts'
import { Bus } from '../platform/bus.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { Database } from '../platform/database.ts'
import { readEndpoint } from '../platform/endpoint-file.ts'
import { ExitError } from '../platform/exit.ts'
import { prepareHome } from '../platform/home.ts'
import { HomeLock } from '../platform/lock.ts'
import type { Log } from '../platform/log.ts'
import type { Paths } from '../platform/paths.ts'
import { SettingsStore } from '../settings/settings.ts'

/** What every other part stands on. */
export interface Base {
  readonly paths: Paths
  readonly clock: Clock
  readonly bus: Bus
  readonly log: Log
  readonly settings: SettingsStore
  readonly database: Database
}

/** A look at the lock by `impetus stop` lasts a moment; a core that runs holds it for good. */
const lockPatienceMilliseconds = 200

/** Takes the home and reads what is in it. */
export async function startBase(call: Call, stack: AsyncDisposableStack): Promise<Base> {
  const paths = call.paths()
  prepareHome(paths)
  const lock = new HomeLock(paths.lock)
  if (!lock.acquire(lockPatienceMilliseconds)) throw new ExitError('temporary', runsAlready(paths))
  stack.defer(() => lock.release())

  const supervised = call.switches.has('supervised')
  // A supervisor need not read what is written for people: a full pipe would hold up the core.
  const logs = new Logs({ path: paths.log, terminal: supervised ? null : call.io.stderr })
  const log = logs.log
  const bus = new Bus((error, topic) => log.error('A listener threw', error, { topic }))
  const settings = new SettingsStore({
    path: paths.settings,
    env: call.env,
    flags: call.options,
    bus,
    log: log.child({ room: 'settings' }),
  })
  await settings.start()
  stack.defer(() => settings.stop())
  logs.start(settings.current.logs)
  stack.defer(() => logs.stop())
  settings.onChange(changed => logs.follow(changed.logs))

  const database = new Database({
    path: paths.database,
    backups: paths.backups,
    log: log.child({ room: 'database' }),
  })
  database.start()
  stack.defer(() => database.stop())
  return { paths, clock: systemClock, bus, log, settings, database }
}

function runsAlready({ home, endpoint }: Paths): string {
  const other = readEndpoint(endpoint)
  const where = other === undefined ? '' : `, at ${other.url} (process ${other.pid})`
  return `Impetus already runs on ${home}${where}. End it with "impetus stop", or set IMPETUS_HOME to another folder.`
}
