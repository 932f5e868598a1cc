import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import path from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RunningCore, startCore } from '../../scripts/running-core.ts'
import { openBrowser, reboundName } from './browser.ts'

const entry = path.join(import.meta.dirname, '../../core/main.ts')
let browser: Browser
let core: RunningCore
let hostile: Server
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
  core = await startCore(entry, { flags: ['--engine', 'scripted'] })
  hostile = createServer((_, answer) =>
    answer.setHeader('content-type', 'text/html').end('<!doctype html>'),
  ).listen(0)
  await once(hostile, 'listening')
})

afterAll(async () => {
  hostile.close()
  await browser.close()
  await core[Symbol.asyncDispose]()
})

beforeEach(async () => {
  page = await (await browser.createBrowserContext()).newPage()
  return () => page.browserContext().close()
})

function hostileUrl(name: string): string {
  return `http://${name}:${(hostile.address() as { port: number }).port}/`
}

/** How many requests the engine has been given, as the core itself counts them. */
async function generations(): Promise<number> {
  const text = await (await fetch(`${core.url}/api/status`)).text()
  return (JSON.parse(text) as { requests: { active: number } }).requests.active
}

/** What a page gets to see of an attempt: the status it can read, or that the browser kept it. */
function attempt(kind: string): Promise<string> {
  return page.evaluate(
    async (target: string, kind: string) => {
      const chat = JSON.stringify({ messages: [{ role: 'user', content: 'count to 100000' }], stream: true })
      const attempts: Record<string, () => Promise<Response>> = {
        'reads the models': () => fetch(`${target}/v1/models`),
        'asks in plain text': () => fetch(`${target}/v1/chat/completions`, { method: 'POST', body: chat }),
        'asks in JSON': () =>
          fetch(`${target}/v1/chat/completions`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: chat,
          }),
        'asks without wanting to read': () =>
          fetch(`${target}/v1/chat/completions`, { method: 'POST', mode: 'no-cors', body: chat }),
        'stops the server': () => fetch(`${target}/api/stop`, { method: 'POST', credentials: 'include' }),
        'guesses a code': () =>
          fetch(`${target}/api/sign-in`, {
            method: 'POST',
            body: JSON.stringify({ code: 'x' }),
            mode: 'no-cors',
          }),
      }
      try {
        const answer = await (attempts[kind] as () => Promise<Response>)()
        return answer.type === 'opaque' ? 'unreadable' : `status ${answer.status}`
      } catch {
        return 'unreadable'
      }
    },
    core.url,
    kind,
  )
}

test.each([
  'reads the models',
  'asks in plain text',
  'asks in JSON',
  'asks without wanting to read',
  'stops the server',
  'guesses a code',
])('a page of another origin that %s learns nothing and starts nothing', async kind => {
  for (const name of ['127.0.0.1', 'localhost']) {
    await page.goto(hostileUrl(name))
    expect(await attempt(kind)).toBe('unreadable')
    expect(await generations()).toBe(0)
  }
  expect((await fetch(`${core.url}/health`)).status).toBe(200)
})

test('the same calls from the core’s own page are answered', async () => {
  await page.goto(core.url)
  expect(await attempt('reads the models')).toBe('status 200')
  expect(await attempt('asks in JSON')).toBe('status 200')
})

test('a page of another origin gets no WebSocket', async () => {
  await page.goto(hostileUrl('127.0.0.1'))
  const outcome = await page.evaluate(
    target =>
      new Promise<string>(resolve => {
        const socket = new WebSocket(`${target.replace('http', 'ws')}/api/events`)
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('refused')
      }),
    core.url,
  )
  expect(outcome).toBe('refused')
})

test('a page of another origin cannot show the core in a frame', async () => {
  await page.goto(hostileUrl('127.0.0.1'))
  await page.evaluate(target => {
    const frame = document.createElement('iframe')
    frame.src = target
    document.body.append(frame)
    return new Promise(resolve => frame.addEventListener('load', resolve))
  }, core.url)
  const [frame] = page.frames().filter(frame => frame !== page.mainFrame())
  // The browser shows its own words instead.
  expect(await frame?.evaluate(() => document.body.innerText)).not.toContain('Impetus is running')
})

test('a name that was rebound to this machine is refused before anything else', async () => {
  const answer = await page.goto(`http://${reboundName}:${core.port}/v1/models`)
  expect(answer?.status()).toBe(403)
  expect(await answer?.json()).toMatchObject({ error: { code: 'host_not_allowed' } })
})
