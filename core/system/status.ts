import type { Status } from '../contract/status.ts'
import type { Library } from '../library/types.ts'
import type { Clock } from '../platform/clock.ts'
import { freeMemory, totalMemory } from '../platform/memory.ts'
import type { Residency } from '../residency/types.ts'

/** What the running core knows of itself, from the rooms that know it. */
export interface StatusParts {
  readonly version: string
  readonly home: string
  readonly startedAt: number
  readonly clock: Clock
  readonly state: () => Status['state']
  readonly address: () => Omit<Status['address'], 'socket'> & { readonly socket: string }
  readonly engine: () => Status['engine']
  readonly library: Pick<Library, 'list' | 'default'>
  readonly residency: Pick<Residency, 'states'>
  readonly activeRequests: () => number
}

/** The status as it is now. Places on the disk are only for callers with the admin scope. */
export function currentStatus(parts: StatusParts, admin: boolean): Status {
  const address = parts.address()
  return {
    version: parts.version,
    pid: process.pid,
    state: parts.state(),
    startedAt: parts.startedAt,
    uptimeSeconds: Math.max(0, (parts.clock.now() - parts.startedAt) / 1000),
    home: admin ? parts.home : null,
    address: { ...address, socket: admin ? address.socket : null },
    engine: parts.engine(),
    models: {
      installed: parts.library.list().length,
      default: parts.library.default()?.id ?? null,
      states: parts.residency.states().map(state => ({ ...state })),
    },
    requests: { active: parts.activeRequests() },
    memory: { coreBytes: process.memoryUsage.rss(), totalBytes: totalMemory(), freeBytes: freeMemory() },
  }
}
