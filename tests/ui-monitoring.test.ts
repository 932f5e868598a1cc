/** What is measured, what is wrong and what was asked, as the dashboard shows it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildCore } from '../scripts/build/core.ts'
import { openBrowser } from './browser/browser.ts'
import { DashboardCore, freshPage, openScreen, sees, showIn, violations } from './support/dashboard.ts'

let browser: Browser
let core: DashboardCore
let page: Page
let problems: string[]

beforeAll(async () => {
  const { entry } = await buildCore()
  core = new DashboardCore(entry)
  browser = await openBrowser()
  await core.start()
  ;({ page, problems } = await freshPage(browser))
  await page.goto(core.signInLink)
  await page.waitForSelector('nav')
}, 180_000)

afterAll(async () => {
  await browser.close()
  await core[Symbol.asyncDispose]()
})

afterEach(() => {
  expect(problems).toEqual([])
})

/** Changes a setting as a person does. */
async function write(title: string, value: string): Promise<void> {
  await openScreen(page, 'settings', 'Settings')
  const field = await page.waitForSelector(`::-p-aria([name="${title}"][role="textbox"])`)
  await field?.click({ count: 3 })
  await page.keyboard.type(value)
  await page.keyboard.press('Enter')
  await sees(page, `Changed: ${title}.`)
}

async function ask(question: string): Promise<void> {
  await openScreen(page, 'chat', 'Chat')
  await page.type('textarea[aria-label="Question"]', question)
  await page.keyboard.press('Enter')
  await sees(page, 'first token after')
}

function tile(name: string): Promise<string> {
  return page.evaluate((name: string) => {
    return document.querySelector(`.tile[aria-label="${name}"] .value`)?.textContent ?? ''
  }, name)
}

test('Home tells what the machine does, once a second, and what it does not know', async () => {
  await openScreen(page, 'home', 'Home')
  await expect.poll(() => tile('Processor'), { timeout: 10_000 }).toMatch(/^\d+%$/)
  expect(await tile('Memory')).toMatch(/^[\d.]+ [GM]B$/)
  const line = () => page.$eval('.tile .strip[aria-label^="Processor"] path', path => path.getAttribute('d'))
  const before = await line()
  await expect.poll(line, { timeout: 10_000 }).not.toBe(before)
  // Every figure is there, or is said to be missing.
  await expect
    .poll(
      async () => {
        const text = await page.$eval('.page-body', body => (body as HTMLElement).innerText)
        return ['Graphics', 'Temperature'].filter(name => !text.includes(name))
      },
      { timeout: 15_000 },
    )
    .toEqual([])
  expect(
    await page.$$eval('.tile', all => all.filter(one => /NaN|null|undefined/.test(one.textContent))),
  ).toEqual([])
})

test('an alert is raised, leads to where something can be done, and is cleared', async () => {
  await openScreen(page, 'home', 'Home')
  expect(await page.$('.notices')).toBeNull()
  await write('Disk nearly full', '99999')
  await openScreen(page, 'home', 'Home')
  await sees(page, 'The disk with the models is nearly full.')
  expect(await violations(page)).toEqual([])
  await page.locator('::-p-aria([name="Open Models"][role="link"])').click()
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Models')
  await write('Disk nearly full', '0.001')
  await openScreen(page, 'home', 'Home')
  await page.waitForFunction(() => !document.body.innerText.includes('nearly full'))
  await openScreen(page, 'activity/trends', 'Activity')
  await sees(page, 'alert cleared')
  await sees(page, 'disk nearly full')
})

test('Home is arranged with the keyboard, which the core remembers, and put back', async () => {
  await openScreen(page, 'home', 'Home')
  const shown = () =>
    page.$$eval('.tile, .block > .section', all =>
      all.map(one => one.getAttribute('aria-label') ?? one.querySelector('h2')?.textContent),
    )
  await expect.poll(shown).toContain('Processor')
  const [first] = await shown()
  expect(first).toBe('Address for clients')
  const press = async (name: string, role: string, key: ' ' | 'Enter') => {
    const found = await page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`)
    await found?.focus()
    await page.keyboard.press(key)
  }
  await press('Customise', 'button', 'Enter')
  await press('Move Writing up', 'button', 'Enter')
  await expect.poll(shown).toMatchObject({ 0: 'Writing', 1: 'Address for clients' })
  await press('Processor', 'checkbox', ' ')
  await expect.poll(shown).not.toContain('Processor')
  await page.waitForSelector('::-p-aria([name="Size of Writing"])')
  await page.select('::-p-aria([name="Size of Writing"])', 'L')
  await page.waitForSelector('.block[data-size="L"] .tile[aria-label="Writing"]')
  expect(await violations(page)).toEqual([])
  await page.reload()
  await page.waitForSelector('.tile')
  expect((await shown())[0]).toBe('Writing')
  expect(await shown()).not.toContain('Processor')
  await press('Customise', 'button', 'Enter')
  await press('Reset', 'button', 'Enter')
  await expect.poll(shown).toMatchObject({ 0: 'Address for clients' })
  await press('Done', 'button', 'Enter')
  await page.waitForFunction(() => document.querySelector('.arrange') === null)
})

test('a request is opened, explained, and closed with Esc, which gives the focus back', async () => {
  await ask('Is anybody there?')
  await openScreen(page, 'activity', 'Activity')
  await page.waitForSelector('.as-link')
  await page.focus('.as-link')
  await page.keyboard.press('Enter')
  await sees(page, 'What took the time, and why')
  await sees(page, 'until the model took it on')
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.querySelector('.inspector') === null)
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('as-link')
})

test('history is drawn, within the page’s policy, light and dark', { timeout: 90_000 }, async () => {
  // While Home is in sight there is a sample a second, and none for 20 seconds when nobody looks.
  await sleep(3000)
  await openScreen(page, 'activity/trends', 'Activity')
  await page.waitForSelector('::-p-aria([name="Time shown"])')
  await page.select('::-p-aria([name="Time shown"])', 'hour')
  // Written every ten seconds, looked for every five.
  await page.waitForSelector('.chart canvas', { timeout: 45_000 })
  await sees(page, 'Impetus was started')
  for (const scheme of ['dark', 'light'] as const) {
    await showIn(page, scheme)
    expect(await violations(page)).toEqual([])
  }
})

test('a refused call is listed', async () => {
  await fetch(`${core.url}/v1/models`, { headers: { authorization: `Bearer imp_${'x'.repeat(43)}` } })
  await openScreen(page, 'connect', 'Connect')
  await sees(page, 'wrong key')
})
