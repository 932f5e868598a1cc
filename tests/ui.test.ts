import type { Browser, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildCore } from '../scripts/build/core.ts'
import { openBrowser } from './browser/browser.ts'
import { DashboardCore, freshPage, isFirefox, openScreen, sees } from './support/dashboard.ts'

let browser: Browser
let core: DashboardCore
let page: Page
let problems: string[]

beforeAll(async () => {
  const { entry } = await buildCore()
  core = new DashboardCore(entry)
  browser = await openBrowser()
}, 180_000)

afterAll(() => browser.close())

beforeEach(async () => {
  await core.kill()
  await core.start()
  ;({ page, problems } = await freshPage(browser))
  await page.goto(core.signInLink)
  await page.waitForSelector('nav')
})

afterEach(async () => {
  await page.browserContext().close()
  await core.kill()
  // What a page complains of is a defect, and what its policy refuses is one too.
  expect(problems).toEqual([])
})

afterAll(() => core[Symbol.asyncDispose]())

async function ask(question: string): Promise<void> {
  await page.type('textarea[aria-label="Question"]', question)
  await page.keyboard.press('Enter')
}

function click(name: string): Promise<void> {
  return page.locator(`::-p-aria([name="${name}"][role="button"])`).click()
}

test('the link signs in, and its code does not stay in the address', async () => {
  expect(page.url()).not.toContain('code')
  await page.reload()
  await page.waitForSelector('nav')
  await sees(page, 'Running')
})

test('a browser without a session is told how to get one', async () => {
  const other = await freshPage(browser)
  await other.page.goto(`${core.url}/#code=wrong`)
  await sees(other.page, 'impetus open')
  await sees(other.page, 'This browser is not signed in')
  expect(await other.page.$('[role=alert]')).not.toBeNull()
  await other.page.browserContext().close()
})

test('a first question is answered, with figures', async () => {
  await openScreen(page, 'chat', 'Chat')
  await ask('Is anybody **there**?')
  await sees(page, 'first token after')
  expect(await page.$eval('.markdown strong', element => element.textContent)).toBe('there')
  await openScreen(page, 'activity', 'Activity')
  await sees(page, 'finished')
  await openScreen(page, 'chat', 'Chat')
  await sees(page, 'Is anybody **there**?')
})

test('what a model writes cannot run, load or leave the page', async () => {
  await openScreen(page, 'chat', 'Chat')
  await ask(
    '<img src=x onerror="window.hit=1"> ![p](https://example.org/p.png) [l](javascript:hit=1) <style>*{color:red}</style>',
  )
  await sees(page, 'first token after')
  expect(await page.evaluate(() => 'hit' in window)).toBe(false)
  expect(await page.$$('.markdown img, .markdown style, .markdown script')).toEqual([])
  const links = await page.$$eval('.markdown a', found => found.map(link => link.getAttribute('href')))
  expect(links.filter(link => link?.startsWith('javascript'))).toEqual([])
})

test('an answer is stopped half-way; what was written stays, and it can be asked again', async () => {
  await openScreen(page, 'chat', 'Chat')
  await ask('count to 3000')
  await sees(page, '1 2 3 4')
  await click('Stop')
  await sees(page, 'stopped')
  const partial = await page.$eval('.markdown', element => (element as HTMLElement).innerText)
  expect(partial).toMatch(/^1 2 3 4/)
  expect(partial).not.toContain('3000')
  await openScreen(page, 'activity', 'Activity')
  await sees(page, 'cancelled')
  await openScreen(page, 'chat', 'Chat')
  await click('Retry')
  await page.waitForFunction(() => document.querySelector('.turn')?.getAttribute('data-state') === 'writing')
  await page.keyboard.press('Tab')
  await page.focus('textarea[aria-label="Question"]')
  await page.keyboard.press('Escape')
  await sees(page, 'stopped')
})

test('a setting is changed at once and taken back; one that is refused says why', async () => {
  await openScreen(page, 'settings', 'Settings')
  const place = '::-p-aria([name="Longest text in a request"][role="textbox"])'
  const write = async (text: string) => {
    const field = await page.waitForSelector(place)
    await field?.click({ count: 3 })
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }
  const value = () => page.$eval(place, element => (element as HTMLInputElement).value)
  await write('4096000')
  await sees(page, 'Changed: Longest text in a request.')
  await click('Undo')
  await page.waitForFunction(() => !document.body.innerText.includes('Changed: Longest'))
  expect(await value()).toBe('8388608')
  await write('12')
  await page.waitForSelector('.problem')
  expect(await page.$eval('.problem', element => element.textContent)).toContain('stringBytes')
})

test('recipes for clients come with this address and the model that is chosen', async () => {
  await openScreen(page, 'connect', 'Connect')
  await page.waitForSelector('::-p-aria([name="Client"])')
  await page.select('::-p-aria([name="Client"])', 'opencode')
  await sees(page, '~/.config/opencode/opencode.json')
  await sees(page, `"baseURL": "${core.url}/v1"`)
  await sees(page, 'opencode --model impetus/scripted')
  await page.select('::-p-aria([name="Client"])', 'xcode')
  await sees(page, 'Locally Hosted')
  await sees(page, new URL(core.url).port)
})

test('a key is made, shown once, and revoked', async () => {
  await openScreen(page, 'connect', 'Connect')
  await page.type('::-p-aria([name="Name of the new key"][role="textbox"])', 'my editor')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.fresh-key')
  const key = await page.$eval('.fresh-key code', element => element.textContent ?? '')
  const models = () => fetch(`${core.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  expect((await models()).status).toBe(200)
  await click('I have kept it')
  await page.waitForFunction(() => document.querySelector('.fresh-key') === null)
  expect(await page.evaluate((key: string) => document.body.innerText.includes(key), key)).toBe(false)
  await click('Revoke: my editor')
  await click('Revoke for good: my editor')
  await sees(page, 'No keys.')
  expect((await models()).status).toBe(401)
})

test('a core that was killed is missed, and found again without a reload', async () => {
  await openScreen(page, 'home', 'Home')
  await sees(page, 'Running')
  await core.kill()
  await sees(page, 'Impetus does not answer.')
  await sees(page, 'Not running')
  await core.start()
  await page.waitForFunction(() => !document.body.innerText.includes('Impetus does not answer.'), {
    timeout: 15_000,
  })
  await sees(page, 'Running')
})

test('a browser that is signed out from another place is told so', async () => {
  await openScreen(page, 'connect', 'Connect')
  const name = `${(await isFirefox(page)) ? 'Firefox' : 'Chrome'}, Linux`
  await click(`Revoke: ${name}`)
  await click(`Revoke for good: ${name}`)
  await sees(page, 'This browser is not signed in')
  problems.length = 0
})

test('a model is loaded and unloaded', async () => {
  await openScreen(page, 'models', 'Models')
  await click('Load: scripted')
  await sees(page, 'loaded')
  await click('Unload: scripted')
  await sees(page, 'on disk')
})

test('language and theme are switched, and stay', async () => {
  await openScreen(page, 'settings', 'Settings')
  await page.select('::-p-aria([name="Language"])', 'de')
  await sees(page, 'Einstellungen')
  await page.select('::-p-aria([name="Farbschema"])', 'dark')
  await page.reload()
  await sees(page, 'Einstellungen')
  expect(await page.$eval('html', root => [root.lang, root.dataset.scheme])).toEqual(['de', 'dark'])
})

test('everything is reached with the keyboard', async () => {
  for (const [key, title] of [
    ['2', 'Chat'],
    ['3', 'Models'],
    ['4', 'Connect'],
    ['5', 'Activity'],
    [',', 'Settings'],
    ['1', 'Home'],
  ] as const) {
    await page.keyboard.down('Control')
    await page.keyboard.press(key)
    await page.keyboard.up('Control')
    await page.waitForFunction(
      (title: string) => document.querySelector('h1')?.textContent === title,
      {},
      title,
    )
  }
  await openScreen(page, 'chat', 'Chat')
  // The question has the focus, so a conversation needs no mouse.
  await page.waitForSelector('textarea:focus')
  await page.keyboard.type('hello')
  await page.keyboard.press('Enter')
  await sees(page, 'You said: hello')
  const unseen: string[] = []
  let reached = 0
  // Backwards from the last field to the first link: out of the document Firefox shows no focus any more.
  await page.keyboard.down('Shift')
  for (let press = 0; press < 20; press++) {
    await page.keyboard.press('Tab')
    if (!(await page.evaluate(() => document.hasFocus() && document.activeElement !== document.body))) break
    reached++
    unseen.push(
      ...(await page.evaluate(() => {
        const element = document.activeElement ?? document.body
        const { outlineStyle, boxShadow } = getComputedStyle(element)
        const isSeen = element === document.body || outlineStyle !== 'none' || boxShadow !== 'none'
        return isSeen ? [] : [element.outerHTML.slice(0, 100)]
      })),
    )
  }
  await page.keyboard.up('Shift')
  expect(reached).toBeGreaterThan(10)
  expect(unseen).toEqual([])
})
