import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { type TemporaryHome, temporaryHome } from '../../scripts/temporary-home.ts'

const axeSource = path.join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js')

interface Announcement {
  readonly url: string
  readonly port: number
  readonly signInLink: string
}

/**
 * A built core with its dashboard and, unless told otherwise, the scripted engine, which can be killed and started
 * again at the same place.
 */
export class DashboardCore implements AsyncDisposable {
  readonly #entry: string
  readonly #engine: string
  readonly #place: TemporaryHome = temporaryHome()
  #child: ChildProcess | undefined
  #said: Announcement = { url: '', port: 0, signInLink: '' }

  constructor(entry: string, engine = 'scripted') {
    this.#entry = entry
    this.#engine = engine
  }

  /** The person’s home, where `Models` may be. */
  get home(): string {
    return path.dirname(this.#place.home)
  }

  get url(): string {
    return this.#said.url
  }

  get signInLink(): string {
    return this.#said.signInLink
  }

  async start(): Promise<void> {
    const flags = ['--json', '--supervised', '--port', String(this.#said.port), '--engine', this.#engine]
    const child = spawn(process.execPath, [this.#entry, 'serve', ...flags], {
      // So slow that an answer can be stopped half-way.
      env: { ...this.#place.env, IMPETUS_SCRIPTED_WORD_MILLISECONDS: '15' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    this.#child = child
    let text = ''
    for await (const piece of child.stdout.setEncoding('utf8')) {
      text += piece as string
      if (text.includes('\n')) break
    }
    this.#said = JSON.parse(text) as Announcement
  }

  /** Ends it without a word to anybody. */
  async kill(): Promise<void> {
    if (this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    this.#place[Symbol.dispose]()
  }
}

/** A page whose cookies nobody shares, and what went wrong in it. */
export async function freshPage(browser: Browser): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  // Firefox shows where the focus is only in a window that has it.
  await page.bringToFront()
  const problems: string[] = []
  const complain = (text: string) => {
    // The browser's own words about a core that was killed on purpose, and about what the core refused.
    const isExpected = /ERR_CONNECTION|Failed to load resource|can.t establish a connection/.test(text)
    if (!isExpected) problems.push(text)
  }
  page.on('pageerror', error => complain(String(error)))
  page.on('console', message => {
    if (message.type() === 'error') complain(message.text())
  })
  page.setDefaultTimeout(10_000)
  await page.setViewport({ width: 1280, height: 800 })
  return { page, problems }
}

/** Waits until the page shows this text. */
export async function sees(page: Page, text: string): Promise<void> {
  await page.waitForFunction((text: string) => document.body.innerText.includes(text), { polling: 50 }, text)
}

/** Opens a screen by its address and waits until it is drawn. */
export async function openScreen(page: Page, name: string, title: string): Promise<void> {
  await page.evaluate((name: string) => {
    location.hash = name
  }, name)
  await page.waitForFunction(
    (title: string) => document.querySelector('h1')?.textContent === title,
    { polling: 50 },
    title,
  )
}

export async function isFirefox(page: Page): Promise<boolean> {
  return /firefox/i.test(await page.browser().version())
}

/** Shows the dashboard in a scheme: as the system's, and in Firefox, which cannot be told that, as the person's choice. */
export async function showIn(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  if (!(await isFirefox(page))) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
    return
  }
  await page.evaluate(theme => localStorage.setItem('impetus.choices', JSON.stringify({ theme })), scheme)
  await page.reload()
  await page.waitForSelector('nav')
}

/** What axe finds wrong with the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(axeSource, 'utf8'))
  return page.evaluate(async () => {
    interface Result {
      violations: { id: string; nodes: { html: string }[] }[]
    }
    const { axe } = window as unknown as { axe: { run: (place: Document) => Promise<Result> } }
    const result = await axe.run(document)
    return result.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    )
  })
}
