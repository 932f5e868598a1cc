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

interface Local {
  readonly engine: Engine
  readonly library: Library
}

export interface WithRemotes extends Local {
  /** Other servers from now on. @returns ids of loaded models that lead nowhere any more */
  readonly use: (servers: Servers) => Promise<readonly string[]>
}

type Servers = Settings['remote']['servers']

/** Puts the models of other servers beside the local ones; without servers nothing changes. */
export function withRemotes(local: Local, servers: Servers, env: Environment, log: Log): WithRemotes {
  const told = log.child({ room: 'remote' })
  const known = new Map<string, Connection>()
  const connectionOf = (server: Servers[number]) => {
    // The same server keeps its connection: how its replicas have done, and what runs on it.
    const name = JSON.stringify(server)
    const connection = known.get(name) ?? new Connection({ ...server, key: keyOf(server, env) })
    known.set(name, connection)
    return connection
  }
  const catalogue = new Catalogue(servers.map(connectionOf), told)
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
    async use(changed) {
      const wanted = changed.flatMap(server => {
        try {
          return [connectionOf(server)]
        } catch (error) {
          told.error('a server is left out', error, { server: server.name })
          return []
        }
      })
      for (const [name, connection] of known) if (!wanted.includes(connection)) known.delete(name)
      const gone = catalogue.use(wanted)
      await catalogue.refresh(true)
      return gone
    },
  }
}

/** `env:NAME` names a variable, so that the key need not stand in the file. */
function keyOf({ name, key }: Servers[number], env: Environment): string | null {
  if (key === null || !key.startsWith('env:')) return key
  const variable = key.slice('env:'.length)
  const value = env[variable]
  if (value) return value
  throw new ExitError(
    'configuration',
    `The key of the server "${name}" is to be in the variable ${variable}, which is not set.`,
  )
}
