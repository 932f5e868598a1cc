import type { Hono } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import { getMachine } from '../contract/machine.ts'
import { getHealth, getReady, getStatus, stopCore } from '../contract/status.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { MachineFacts } from './machine/machine.ts'
import { currentStatus, type StatusParts } from './status.ts'

export interface SystemParts extends StatusParts {
  readonly machine: Pick<MachineFacts, 'get'>
  /** Begins the end; the answer still goes out. `now`: without waiting for running answers. */
  readonly stop: (now: boolean) => void
}

/** Health for load balancers, status for people, and the way to end the core. */
export function systemRoutes(app: Hono<Env>, parts: SystemParts): void {
  serve(app, getHealth, () => ({ status: 'ok' as const }))
  serve(app, getReady, () => {
    if (parts.state() !== 'running') {
      throw new ImpetusError('shutting_down', `Impetus is ${parts.state()} and takes no requests now.`, {
        retryAfter: 1,
      })
    }
    return { status: 'ready' as const }
  })
  serve(app, getStatus, ({ context }) => currentStatus(parts, context.get('principal').scopes.has('admin')))
  serve(app, getMachine, () => parts.machine.get())
  serve(app, stopCore, ({ body }) => {
    parts.stop(body.now)
    return { stopping: true as const, pid: process.pid }
  })
}
