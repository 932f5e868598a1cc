import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { beforeAll, expect, test } from 'vitest'
import { findDashboard } from '../core/dashboard/files.ts'
import { dashboardRoutes } from '../core/dashboard/routes.ts'
import type { Env } from '../core/http/env.ts'
import { buildUi, initialFiles } from '../scripts/build/ui.ts'

let folder: string
const app = new Hono<Env>()

beforeAll(async () => {
  folder = (await buildUi()).folder
  const files = findDashboard(folder)
  if (files === null) throw new Error('no dashboard was built')
  dashboardRoutes(app, files)
}, 180_000)

const screens = ['home', 'chat', 'models', 'connect', 'activity', 'settings']

/** Kilobytes that the browser fetches, compressed. */
function kilobytes(entries: readonly string[]): number {
  const files = new Map(
    entries.flatMap(entry => initialFiles(folder, entry)).map(({ name, bytes }) => [name, bytes]),
  )
  return [...files.values()].reduce((sum, bytes) => sum + gzipSync(bytes).length, 0) / 1000
}

test('the first view has at most 130 kB of scripts and styles', () => {
  expect(kilobytes(['index.html'])).toBeLessThanOrEqual(130)
})

test('Home complete is at most 210 kB', () => {
  expect(kilobytes(['index.html', 'pages/home/home.tsx'])).toBeLessThanOrEqual(210)
})

test.each(screens)('%s adds at most 240 kB to the first view', screen => {
  const first = kilobytes(['index.html'])
  expect(kilobytes(['index.html', `pages/${screen}/${screen}.tsx`]) - first).toBeLessThanOrEqual(240)
})

test('Trends alone fetches what draws charts, and that is at most 450 kB', () => {
  const activity = ['index.html', 'pages/activity/activity.tsx']
  const trends = kilobytes([...activity, 'pages/activity/trends/trends.tsx']) - kilobytes(activity)
  expect(trends).toBeGreaterThan(100)
  expect(trends).toBeLessThanOrEqual(450)
})

test('the schemas stay in the core', () => {
  const texts = screens.flatMap(screen => initialFiles(folder, `pages/${screen}/${screen}.tsx`))
  expect(
    texts.filter(({ bytes }) => /ZodError|safeParse/.test(bytes.toString())).map(({ name }) => name),
  ).toEqual([])
})

test('each page has a nonce of its own, and a policy that allows nothing inline besides', async () => {
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const response = await app.request('http://127.0.0.1:4673/')
      const text = await response.text()
      const policy = response.headers.get('content-security-policy') ?? ''
      const [, nonce = ''] = /'nonce-([\w-]{20,})'/.exec(policy) ?? []
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe')
      expect(text).toContain(`nonce="${nonce}"`)
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/)
      return nonce
    }),
  )
  expect(nonces[0]).not.toBe(nonces[1])
})

test('files are kept for ever, and only those of the build are served', async () => {
  const page = await (await app.request('http://127.0.0.1:4673/')).text()
  const [, script = ''] = /src="(\/assets\/[^"]+)"/.exec(page) ?? []
  const response = await app.request(script)
  expect(response.headers.get('cache-control')).toContain('immutable')
  expect(response.headers.get('content-type')).toContain('text/javascript')
  for (const path of ['/assets/none.js', '/assets/..%2findex.html', '/assets/..%2f..%2f..%2fpackage.json']) {
    expect((await app.request(path)).status).toBe(404)
  }
})
