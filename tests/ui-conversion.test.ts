/** A model of another format, made into one that runs, with nothing but the mouse. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TinyFamily, tinyFamilies, writeTinyModel } from '../core/conversion/testing/families.testing.ts'
import { writeLargeModel } from '../core/conversion/testing/large.testing.ts'
import { buildCore } from '../scripts/build/core.ts'
import { openBrowser } from './browser/browser.ts'
import { DashboardCore, freshPage, openScreen, sees, showIn, violations } from './support/dashboard.ts'

let browser: Browser
let core: DashboardCore
let page: Page
let problems: string[]

beforeAll(async () => {
  const { entry } = await buildCore()
  core = new DashboardCore(entry, 'llama.cpp')
  const models = join(core.home, 'Models')
  mkdirSync(join(models, 'Small one'), { recursive: true })
  writeTinyModel(join(models, 'Small one'), tinyFamilies['Llama 3'] as TinyFamily, 'SafeTensors')
  mkdirSync(join(models, 'Odd one'))
  const odd = { ...(tinyFamilies['Llama 3'] as TinyFamily), architecture: 'MambaForCausalLM' }
  writeTinyModel(join(models, 'Odd one'), odd, 'SafeTensors')
  writeLargeModel(join(models, 'Large one'), 40)
  browser = await openBrowser()
  await core.start()
  ;({ page, problems } = await freshPage(browser))
  page.setDefaultTimeout(60_000)
  await page.goto(core.signInLink)
  await page.waitForSelector('nav')
}, 180_000)

afterAll(async () => {
  await browser.close()
  await core[Symbol.asyncDispose]()
})

const press = (name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click()

test('a model is converted by a button, and then listed among those that run', async () => {
  await openScreen(page, 'models', 'Models')
  await sees(page, 'Other formats')
  await sees(page, 'MambaForCausalLM is not converted')
  await page.waitForSelector(
    'select[aria-label="Convert to: small-one"], ::-p-aria([name="Convert to: small-one"])',
  )
  expect(await page.$('::-p-aria([name="Convert: odd-one"])')).toBeNull()
  expect(await violations(page)).toEqual([])
  await press('Convert: small-one')
  await sees(page, 'Small-one-F16.gguf')
  await page.waitForFunction(() =>
    [...document.querySelectorAll('table.rows td')].some(cell => cell.textContent?.includes('small-one-f16')),
  )
  // Once more under the same name: refused in words, and the page goes on.
  await press('Convert: small-one')
  await sees(page, 'There is a "Small-one-F16.gguf" already.')
  expect(problems).toEqual([])
}, 120_000)

test('one that takes its time shows how far it is, and is cancelled', async () => {
  await showIn(page, 'dark')
  await press('Convert: large-one')
  await sees(page, 'converting')
  await page.waitForSelector('progress[aria-label="Large-one-F16.gguf"]')
  expect(await violations(page)).toEqual([])
  await press('Cancel: Large-one-F16.gguf')
  await sees(page, 'cancelled')
  expect(await page.$('progress[aria-label="Large-one-F16.gguf"]')).toBeNull()
  expect(problems).toEqual([])
}, 120_000)
