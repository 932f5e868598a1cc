import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCore } from '../scripts/build/core.ts'
import { openBrowser } from './browser/browser.ts'
import { DashboardCore, freshPage, openScreen, sees, showIn, violations } from './support/dashboard.ts'

let browser: Browser
let core: DashboardCore

beforeAll(async () => {
  const { entry } = await buildCore()
  core = new DashboardCore(entry)
  browser = await openBrowser()
  await core.start()
}, 180_000)

afterAll(async () => {
  await browser.close()
  await core[Symbol.asyncDispose]()
})

const titles = {
  home: 'Home',
  chat: 'Chat',
  models: 'Models',
  connect: 'Connect',
  activity: 'Activity',
  'activity/trends': 'Activity',
  settings: 'Settings',
}

async function signedIn() {
  const { page } = await freshPage(browser)
  await page.goto(core.signInLink)
  await page.waitForSelector('nav')
  return page
}

test('axe finds nothing on any screen, in both schemes, wide and narrow', { timeout: 180_000 }, async () => {
  const page = await signedIn()
  const found: string[] = []
  for (const value of ['light', 'dark'] as const) {
    await showIn(page, value)
    await openScreen(page, 'chat', 'Chat')
    await page.waitForSelector('textarea:focus')
    await page.keyboard.type('a `b` [c](https://example.org)')
    await page.keyboard.press('Enter')
    await sees(page, 'first token after')
    for (const width of [1280, 380]) {
      await page.setViewport({ width, height: 800 })
      for (const [name, title] of Object.entries(titles)) {
        await openScreen(page, name, title)
        await page.waitForFunction(() => !document.body.innerText.includes('Loading …'))
        found.push(...(await violations(page)).map(text => `${name}, ${value}, ${width}: ${text}`))
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
        if (wide) found.push(`${name}, ${value}, ${width}: wider than the window`)
      }
    }
  }
  expect(found).toEqual([])
  await page.browserContext().close()
})

test('axe finds nothing on the page of a browser without a session', async () => {
  const { page } = await freshPage(browser)
  await page.goto(core.url)
  await sees(page, 'impetus open')
  expect(await violations(page)).toEqual([])
  await page.browserContext().close()
})
