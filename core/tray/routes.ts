import type { Context, Hono } from 'hono'
import type { ResponseOf } from '../contract/endpoint.ts'
import { ImpetusError } from '../contract/errors.ts'
import { createTrayCode, postHostFacts } from '../contract/tray.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Host } from './host.ts'

export interface TrayParts {
  readonly host: Host
  readonly createCode: () => ResponseOf<typeof createTrayCode>
}

/** Mounts what the menu bar posts and asks. */
export function trayRoutes(app: Hono<Env>, { host, createCode }: TrayParts): void {
  serve(app, postHostFacts, ({ body, context }) => {
    mustBeSocket(context)
    return { changed: host.receive(body) }
  })
  serve(app, createTrayCode, ({ context }) => {
    mustBeSocket(context)
    return createCode()
  })
}

/** Whoever opens the socket is this user's own program. A key or a browser, however mighty, is not the machine's shell. */
function mustBeSocket(context: Context<Env>): void {
  if (context.get('principal').kind === 'socket') return
  throw new ImpetusError(
    'insufficient_scope',
    'Only programs on this machine may do this, over the Unix socket.',
  )
}
