import type { DownloadRoom } from '../downloads/room.ts'
import { Monitoring } from '../monitoring/monitoring.ts'
import { version } from '../platform/version.ts'
import type { Host } from '../tray/host.ts'
import type { Base } from './base.ts'
import type { Models } from './models.ts'
import type { Security } from './security.ts'

export interface MonitoringInput {
  readonly base: Base
  readonly security: Security
  readonly models: Models
  readonly downloads: DownloadRoom
  readonly host: Host
  readonly startedAt: number
}

/** Begins to watch the machine and the core. */
export function startMonitoring(
  { base, security, models, downloads, host, startedAt }: MonitoringInput,
  stack: AsyncDisposableStack,
): Monitoring {
  const { bus, clock, database, settings, paths } = base
  const monitoring = new Monitoring({
    ...{ bus, clock, database, startedAt },
    version: version(),
    log: base.log.child({ room: 'monitoring' }),
    settings: () => settings.current.alerts,
    residency: models.residency,
    running: () => models.active.count,
    host: () => host.current(),
    keys: () => security.keys.list(),
    downloads: () => downloads.downloads.list(),
    modelsFolder: paths.models,
  })
  monitoring.start()
  stack.defer(() => monitoring.stop())
  stack.defer(models.requests.onEnded(monitoring.requestEnded))
  stack.defer(
    settings.onChange((_settings, keys) => {
      if (keys.some(key => key.startsWith('alerts.'))) monitoring.alerts.reconsider()
    }),
  )
  return monitoring
}
