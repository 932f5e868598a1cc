import { join } from 'node:path'
import { buildApp } from '../app.ts'
import type { EndpointFile } from '../contract/status.ts'
import type { Conversions } from '../conversion/conversions.ts'
import { findDashboard } from '../dashboard/files.ts'
import { HomeLayoutStore } from '../dashboard/home-layout.ts'
import type { DownloadRoom } from '../downloads/room.ts'
import { EventHistory } from '../http/event-history.ts'
import { EventSocket } from '../http/events.ts'
import { Listeners } from '../http/listeners.ts'
import { LiveRequests } from '../http/live.ts'
import { PortTakenError } from '../http/port.ts'
import { SocketError } from '../http/unix-socket.ts'
import type { LibraryRoom } from '../library/room.ts'
import type { Monitoring } from '../monitoring/monitoring.ts'
import { ExitError } from '../platform/exit.ts'
import { version } from '../platform/version.ts'
import { Access } from '../security/access.ts'
import { FairUse } from '../security/fair-use.ts'
import { auditRefusal } from '../security/refusals.ts'
import type { Life } from '../system/life.ts'
import { listenOnPort, localUrl } from '../system/listen.ts'
import type { MachineFacts } from '../system/machine/machine.ts'
import type { Host } from '../tray/host.ts'
import type { Base } from './base.ts'
import { envelopes } from './dialects.ts'
import type { Models } from './models.ts'
import { openOllamaDoor } from './ollama-door.ts'
import type { Security } from './security.ts'

/** Time for the readers of events to take what was told last. */
const lastFactsMilliseconds = 500

export type Address = Pick<EndpointFile, 'url' | 'port' | 'wantedPort' | 'tls' | 'socket'>

export interface DoorsParts {
  readonly base: Base
  readonly security: Security
  readonly models: Models
  readonly downloads: DownloadRoom
  readonly library: LibraryRoom
  readonly machine: MachineFacts
  readonly conversions: Conversions
  readonly host: Host
  readonly monitoring: Monitoring
  readonly life: Life
  readonly startedAt: number
  readonly strictPort: boolean
}

export interface Doors {
  readonly address: Address
  /** Who holds the port that was asked for, in words; null when it was free. */
  readonly taken: string | null
  /** Refuses new requests and waits for running ones until the signal aborts. */
  drain(signal: AbortSignal): Promise<void>
}

/** Builds the app and listens: on the socket first, then on TCP. */
export async function openDoors(parts: DoorsParts, stack: AsyncDisposableStack): Promise<Doors> {
  const { base, security, models, downloads, library, host, monitoring, life } = parts
  const { paths, clock, bus, settings } = base
  const server = () => settings.current.server
  const log = base.log.child({ room: 'http' })
  let address: Address = { url: '', port: server().port, wantedPort: null, tls: false, socket: paths.socket }

  const live = new LiveRequests()
  const history = new EventHistory(bus, clock)
  history.start()
  stack.defer(monitoring.watchedBy(history))
  const port = () => address.port
  const access = new Access({ ...security, clock, requireKey: () => server().requireKey, port })
  const fairUse = new FairUse({
    clock,
    settings: () => server().fairUse,
    onLimit: ({ name }, remote) => security.audit.record('key.limited', { key: name, remote }),
  })
  const eventSocket = new EventSocket({
    history,
    live,
    log,
    identify: access.identify,
    stallMilliseconds: () => server().limits.stalledReaderSeconds * 1000,
  })
  let ollamaPort: number | null = null
  const homeLayout = new HomeLayoutStore(base.database, bus)
  homeLayout.start()
  const app = buildApp({
    version: version(),
    ollamaPort: () => ollamaPort,
    frame: { log, settings: server, live, identify: access.identify, admit: fairUse.admit, envelopes },
    history,
    settings,
    models,
    downloads,
    library,
    conversions: parts.conversions,
    host,
    monitoring,
    homeLayout,
    dashboard: findDashboard(join(import.meta.dirname, 'ui')),
    security: { ...security, live, clock, address: () => address.url, port },
    system: {
      version: version(),
      home: paths.home,
      startedAt: parts.startedAt,
      clock,
      state: () => life.state,
      address: () => address,
      engine: models.engineHealth,
      library: models.library,
      residency: models.residency,
      activeRequests: () => models.active.count,
      machine: parts.machine,
      stop: now => life.end({ why: 'asked over HTTP', now }),
    },
  })
  const listeners = new Listeners({
    fetch: app.fetch,
    upgrade: eventSocket.upgrade,
    onRefused: (error, facts) => auditRefusal(security.audit, error, facts),
    log,
    settings: server,
    live,
    envelopes,
  })
  stack.defer(() => listeners.stop())
  stack.defer(async () => {
    // The last facts are about the end itself: readers get them before their connections are closed.
    history.stop()
    await live.idle(request => request.isEventStream, AbortSignal.timeout(lastFactsMilliseconds))
    eventSocket.stop()
  })

  await listenOnSocket(listeners, paths.socket)
  const { bound, taken } = await listenOnPort({
    server: server(),
    strictPort: parts.strictPort,
    listenTcp: options => listeners.listenTcp(options),
    takenBy: error => (error instanceof PortTakenError ? error.message : undefined),
  })
  address = {
    url: localUrl(bound, server().host),
    port: bound.port,
    wantedPort: taken === null ? null : server().port,
    tls: bound.scheme === 'https',
    socket: paths.socket,
  }
  ollamaPort = await openOllamaDoor(listeners, settings.current.ollama, log)
  if (ollamaPort !== null) log.info('Listening for clients of Ollama', { port: ollamaPort })
  return { address, taken, drain: signal => listeners.drain(signal) }
}

async function listenOnSocket(listeners: Listeners, path: string): Promise<void> {
  try {
    await listeners.listenSocket(path)
  } catch (error) {
    if (!(error instanceof SocketError)) throw error
    const reason = { live: 'temporary', 'too-long': 'configuration', 'not-a-socket': 'cannotCreate' } as const
    throw new ExitError(reason[error.reason], error.message, error)
  }
}
