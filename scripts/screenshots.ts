/** `npm run screenshots`: every screen, light and dark, wide and narrow, as PNG files in screenshots/. */
import { mkdirSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import puppeteer, { type Page } from 'puppeteer-core'
import { buildCore } from './build/core.ts'
import { inProject } from './project.ts'
import { startCore } from './running-core.ts'
import { ensureBrowser } from './test/browser.ts'

const folder = inProject('screenshots')
const screens = ['home', 'chat', 'models', 'connect', 'activity', 'activity/trends', 'settings']
const sizes = [
  { width: 1280, height: 800 },
  { width: 380, height: 760 },
]

async function settled(page: Page): Promise<void> {
  await page.waitForNetworkIdle({ idleTime: 300 })
}

const browserFound = ensureBrowser()
if ('missing' in browserFound) {
  console.error(browserFound.missing)
  process.exit(1)
}
const { entry } = await buildCore()
await using core = await startCore(entry)
const browser = await puppeteer.launch({
  executablePath: browserFound.path,
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
})
try {
  mkdirSync(folder, { recursive: true })
  const page = await browser.newPage()
  await page.goto(core.signInLink)
  await page.waitForSelector('nav')
  await page.evaluate(() => {
    location.hash = 'chat'
  })
  // Before the models are known nothing can be asked.
  await page.waitForSelector('.first-questions')
  const question = await page.$('textarea')
  await question?.type('What is a token?')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.markdown .block p', { timeout: 60_000 })
  await sleep(3000)
  // An answer that takes longer is stopped: a picture needs no more of it.
  if ((await page.$('.turn-foot')) === null) await page.keyboard.press('Escape')
  await page.waitForSelector('.turn-foot')
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
    for (const size of sizes) {
      await page.setViewport(size)
      for (const name of screens) {
        await page.evaluate((name: string) => {
          location.hash = name
        }, name)
        await settled(page)
        await page.screenshot({ path: `${folder}/${name.replace('/', '-')}-${scheme}-${size.width}.png` })
      }
    }
  }
  console.log(`${screens.length * sizes.length * 2} pictures in screenshots/`)
} finally {
  await browser.close()
}
