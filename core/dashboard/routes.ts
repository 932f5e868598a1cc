import { randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { getHomeLayout, resetHomeLayout, setHomeLayout } from '../contract/home-layout.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import { type DashboardFiles, noncePlaceholder } from './files.ts'
import type { HomeLayoutStore } from './home-layout.ts'

/** Nothing but our own files, and no inline code without this response's nonce. antd needs it for its style elements. */
function policy(nonce: string, socketOrigin: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    // WebKit before 26 does not count a WebSocket to the same place as 'self'.
    `connect-src 'self' ${socketOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Mounts the arrangement of the first screen, also where no dashboard was built: a program may be one. */
export function homeLayoutRoutes(app: Hono<Env>, layout: HomeLayoutStore): void {
  serve(app, getHomeLayout, () => layout.get())
  serve(app, setHomeLayout, ({ body }) => layout.set(body.blocks))
  serve(app, resetHomeLayout, () => layout.reset())
}

/** Mounts the dashboard: its page, made anew with a nonce for each response, and its files, which never change. */
export function dashboardRoutes(app: Hono<Env>, files: DashboardFiles): void {
  app.get('/', context => {
    const nonce = randomBytes(18).toString('base64url')
    // The guard has compared the host with the list, so it holds nothing that could be markup or another directive.
    const { host, protocol } = new URL(context.req.url)
    const socketOrigin = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`
    return context.html(files.page.replaceAll(noncePlaceholder, nonce), 200, {
      'content-security-policy': policy(nonce, socketOrigin),
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
  })
  app.get('/assets/:name', async context => {
    const file = await files.asset(context.req.param('name'))
    if (file === null) return context.notFound()
    return context.body(file.bytes, 200, {
      'content-type': file.type,
      // The name has the content's hash.
      'cache-control': 'public, max-age=31536000, immutable',
    })
  })
}
