import path from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RunningCore, startCore } from '../../scripts/running-core.ts'
import { openBrowser } from './browser.ts'

const entry = path.join(import.meta.dirname, '../../core/main.ts')
let browser: Browser
let core: RunningCore
let link: string

beforeAll(async () => {
  browser = await openBrowser()
})

afterAll(() => browser.close())

beforeEach(async () => {
  core = await startCore(entry, { flags: ['--engine', 'scripted'] })
  link = core.signInLink
  return () => core[Symbol.asyncDispose]()
})

/** A page whose cookies nobody shares, and what went wrong in it. */
async function privatePage(): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', error => problems.push(String(error)))
  page.on('console', message => message.type() === 'error' && problems.push(message.text()))
  return { page, problems }
}

async function statusOf(page: Page): Promise<string> {
  await page.waitForFunction(() => !document.querySelector('[role=status]')?.textContent?.includes('…'))
  return page.$eval('[role=status]', element => element.textContent ?? '')
}

test('the link printed at the start signs the browser in, and the session lasts', async () => {
  const { page, problems } = await privatePage()
  await page.goto(link)
  expect(await statusOf(page)).toBe('This browser is signed in.')
  expect(page.url()).toBe(`${core.url}/`)
  await page.reload()
  expect(await statusOf(page)).toBe('This browser is signed in.')
  const session = await page.evaluate(async () => (await fetch('/api/session')).json())
  expect(session).toMatchObject({ kind: 'session', scopes: expect.arrayContaining(['admin']) })
  expect(problems).toEqual([])
})

test('the cookie is out of reach of scripts and of other sites', async () => {
  const { page } = await privatePage()
  await page.goto(link)
  await statusOf(page)
  expect(await page.evaluate(() => document.cookie)).toBe('')
  const [cookie] = await page.browserContext().cookies()
  expect(cookie).toMatchObject({ name: `impetus_session_${core.port}`, httpOnly: true, sameSite: 'Strict' })
})

test('a link that was used signs nobody else in', async () => {
  const first = await privatePage()
  await first.page.goto(link)
  await statusOf(first.page)
  const second = await privatePage()
  await second.page.goto(link)
  expect(await statusOf(second.page)).not.toBe('This browser is signed in.')
  const session = await second.page.evaluate(async () => (await fetch('/api/session')).json())
  expect(session).toMatchObject({ kind: 'anonymous' })
})

test('a page without a session says how to get one', async () => {
  const { page, problems } = await privatePage()
  await page.goto(core.url)
  expect(await statusOf(page)).toContain('impetus open')
  expect(problems).toEqual([])
})
