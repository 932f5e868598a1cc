import { isAbsolute, join, resolve } from 'node:path'
import { ExitError } from './exit.ts'

/** Every place Impetus writes to. All of them are in one folder, so that removing Impetus is removing that folder. */
export interface Paths {
  readonly home: string
  readonly settings: string
  readonly endpoint: string
  readonly socket: string
  readonly lock: string
  readonly database: string
  readonly backups: string
  readonly models: string
  readonly logs: string
  readonly log: string
  readonly auditLog: string
  readonly prefixCache: string
  readonly nativeCache: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Finds the home: `IMPETUS_HOME`, else the platform's place for a program's data. Touches no file.
 *
 * @throws ExitError `configuration` when the environment does not say where that is
 */
export function resolveHome(env: Environment, platform: NodeJS.Platform): Paths {
  const home = homeOf(env, platform)
  const logs = join(home, 'logs')
  return {
    home,
    settings: join(home, 'settings.json'),
    endpoint: join(home, 'endpoint.json'),
    socket: join(home, 'impetus.sock'),
    lock: join(home, 'impetus.lock'),
    database: join(home, 'impetus.db'),
    backups: join(home, 'backups'),
    models: join(home, 'models'),
    logs,
    log: join(logs, 'impetus.log'),
    auditLog: join(logs, 'audit.jsonl'),
    prefixCache: join(home, 'cache', 'prefix'),
    nativeCache: join(home, 'cache', 'native'),
  }
}

function homeOf(env: Environment, platform: NodeJS.Platform): string {
  const chosen = env.IMPETUS_HOME
  if (chosen) {
    // A quoted "~/x" reaches us unexpanded and would become a folder named "~" in the working directory.
    if (chosen.startsWith('~')) {
      throw new ExitError(
        'configuration',
        `IMPETUS_HOME is "${chosen}". Write the whole path: "~" is not expanded here.`,
      )
    }
    if (chosen.includes('\0')) throw new ExitError('configuration', 'IMPETUS_HOME contains a zero byte.')
    return resolve(chosen)
  }
  // The XDG specification says to ignore a relative path.
  const data = env.XDG_DATA_HOME
  if (platform !== 'darwin' && data && isAbsolute(data)) return join(data, 'impetus')
  // Not os.homedir(): without HOME it would answer from the user database, and a service that was given no home would
  // quietly write into one.
  const user = env.HOME
  if (!user || !isAbsolute(user)) {
    throw new ExitError(
      'configuration',
      'HOME is not set, so there is no place for settings and models. Set IMPETUS_HOME to a folder of your own.',
    )
  }
  return platform === 'darwin'
    ? join(user, 'Library', 'Application Support', 'Impetus')
    : join(user, '.local', 'share', 'impetus')
}
