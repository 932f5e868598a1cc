import type { Settings } from '../contract/settings.ts'
import type { Engine } from '../engine/engine.ts'
import { Catalogue } from '../engine/remote/catalogue.ts'
import { Connection } from '../engine/remote/connection.ts'
import { createRemoteEngine } from '../engine/remote/remote.ts'
import type { Library } from '../library/types.ts'
import { LibraryWithRemotes } from '../library/with-remotes.ts'
import { ExitError } from '../platform/exit.ts'
import type { Log } from '../platform/log.ts'
import type { Environment } from '../platform/paths.ts'

export interface WithRemotes {
  readonly engine: Engine
  readonly library: Library
}

/** Puts the models of other servers beside the local ones; without servers nothing changes. */
export function withRemotes(
  local: WithRemotes,
  servers: Settings['remote']['servers'],
  env: Environment,
  log: Log,
): WithRemotes {
  if (servers.length === 0) return local
  const connections = servers.map(server => new Connection({ ...server, key: keyOf(server, env) }))
  const catalogue = new Catalogue(connections, log.child({ room: 'remote' }))
  const remote = createRemoteEngine(catalogue)
  return {
    library: new LibraryWithRemotes(local.library, catalogue),
    engine: {
      name: local.engine.name,
      load(source, options) {
        const isRemote = local.library.find(source.id) === undefined
        return (isRemote ? remote : local.engine).load(source, options)
      },
    },
  }
}

/** `env:NAME` names a variable, so that the key need not stand in the file. */
function keyOf({ name, key }: Settings['remote']['servers'][number], env: Environment): string | null {
  if (key === null || !key.startsWith('env:')) return key
  const variable = key.slice('env:'.length)
  const value = env[variable]
  if (value) return value
  throw new ExitError(
    'configuration',
    `The key of the server "${name}" is to be in the variable ${variable}, which is not set.`,
  )
}
