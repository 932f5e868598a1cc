/** The dashboard in WebKitGTK, the nearest thing to the menu bar's window that Linux has. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildCore } from '../../scripts/build/core.ts'
import { DashboardCore } from '../support/dashboard.ts'
import { keys, WebKit } from './web-driver.ts'

const axe = readFileSync(path.join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8')
const screens = ['home', 'chat', 'models', 'connect', 'activity', 'settings']

let core: DashboardCore
let webkit: WebKit

beforeAll(async () => {
  const { entry } = await buildCore()
  core = new DashboardCore(entry)
})

afterAll(() => core[Symbol.asyncDispose]())

beforeEach(async () => {
  await core.start()
  webkit = await WebKit.open()
  await webkit.resize(1280, 800)
  await webkit.goto(core.signInLink)
  await webkit.waitFor('the dashboard', () => document.querySelector('nav') !== null)
})

afterEach(async () => {
  await webkit[Symbol.asyncDispose]()
  await core.kill()
})

async function sees(text: string): Promise<void> {
  await webkit.waitFor(`"${text}"`, text => document.body.innerText.includes(text), text)
}

async function open(screen: string): Promise<void> {
  const isDrawn = (screen: string) =>
    document.querySelector(`nav [href='#${screen}'][aria-current=page]`) !== null &&
    document.querySelector('h1') !== null &&
    !document.body.innerText.includes('Loading …')
  await webkit.run(screen => {
    location.hash = screen
  }, screen)
  await webkit.waitFor(screen, isDrawn, screen)
}

async function ask(question: string): Promise<void> {
  await open('chat')
  await webkit.waitFor('the field for questions', () => document.activeElement?.tagName === 'TEXTAREA')
  await webkit.type(question + keys.enter)
}

test('the link signs in, and its code does not stay in the address', async () => {
  await sees('Running')
  expect(await webkit.run(() => location.href)).not.toContain('code')
  await webkit.reload()
  await sees('Running')
})

test('a question is answered, with figures, and the next answer is stopped half-way', async () => {
  await ask('Is anybody **there**?')
  await sees('first token after')
  expect(await webkit.run(() => document.querySelector('.markdown strong')?.textContent)).toBe('there')
  await ask('count to 3000')
  await sees('1 2 3 4')
  await webkit.type(keys.escape)
  await sees('stopped')
  expect(await webkit.run(() => document.body.innerText)).not.toContain('2999')
})

test('a core that was killed is missed, and found again without a reload', async () => {
  await open('home')
  await sees('Running')
  await core.kill()
  await sees('Impetus does not answer.')
  await core.start()
  await webkit.waitFor(
    'the core to be found',
    () => !document.body.innerText.includes('Impetus does not answer.'),
  )
  await sees('Running')
})

test('what a model writes cannot run', async () => {
  await ask('<img src=x onerror="window.hit=1"> [l](javascript:hit=1)')
  await sees('first token after')
  expect(await webkit.run(() => 'hit' in window)).toBe(false)
  expect(await webkit.run(() => document.querySelectorAll('.markdown img').length)).toBe(0)
})

/** What axe finds wrong with the page as it is now. Runs in the page, where axe is. */
async function violations(): Promise<string[]> {
  interface Axe {
    run(place: Document): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
  }
  const result = await (window as unknown as { axe: Axe }).axe.run(document)
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)
}

test.each(['light', 'dark'])(
  'every screen is drawn in %s, wide and narrow, and axe finds nothing',
  async theme => {
    await webkit.run(theme => localStorage.setItem('impetus.choices', JSON.stringify({ theme })), theme)
    await webkit.reload()
    await ask('a `b`')
    await sees('first token after')
    expect(await webkit.run(() => document.documentElement.dataset.scheme)).toBe(theme)
    await webkit.evaluate(axe)
    const found: string[] = []
    // Its window cannot be narrower than 447 pixels.
    for (const width of [1280, 450]) {
      await webkit.resize(width, 800)
      await webkit.waitFor(`${width} pixels`, width => innerWidth === width, width)
      for (const screen of screens) {
        await open(screen)
        found.push(...(await webkit.run(violations)).map(fault => `${screen}, ${width}: ${fault}`))
        const picture = await webkit.screenshot()
        if (picture.length < 4000) found.push(`${screen}, ${width}: nothing is drawn`)
        const isWide = await webkit.run(() => document.documentElement.scrollWidth > innerWidth)
        if (isWide) found.push(`${screen}, ${width}: wider than the window`)
      }
    }
    expect(found).toEqual([])
  },
  120_000,
)
