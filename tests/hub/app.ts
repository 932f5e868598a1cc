import type { Hono } from 'hono'
import { settingsSchema } from '../../core/contract/settings.ts'
import { downloadRoutes } from '../../core/downloads/routes.ts'
import type { Env, Principal } from '../../core/http/env.ts'
import { createFrame } from '../../core/http/frame.ts'
import { LiveRequests } from '../../core/http/live.ts'
import { createLogger } from '../../core/platform/logger.ts'
import type { TestRoom } from './room.ts'

export interface Wire {
  readonly status: number
  readonly body: Record<string, unknown> & { error?: { code: string; message: string; param: string | null } }
}

/** The room's routes on the frame every room has, called as an app. */
export function appOf(test: TestRoom, scopes: readonly ('inference' | 'admin')[] = ['inference', 'admin']) {
  const principal: Principal = { kind: 'key', scopes: new Set(scopes), name: 'test' }
  const app: Hono<Env> = createFrame({
    log: createLogger({ write: () => {} }, 'info'),
    settings: () => settingsSchema.parse({}).server,
    live: new LiveRequests(),
    identify: () => principal,
  })
  downloadRoutes(app, test.room)
  return async (method: string, path: string, body?: unknown): Promise<Wire> => {
    const init =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await app.request(path, { method, ...init })
    return { status: response.status, body: (await response.json()) as Wire['body'] }
  }
}
