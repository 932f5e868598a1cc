import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** WebKitGTK's own small browser, where Debian puts it. */
const miniBrowser = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'
const patience = 30_000

/** The keys that have no letter. https://www.w3.org/TR/webdriver2/#keyboard-actions */
export const keys = { enter: '\uE007', escape: '\uE00C' } as const

/**
 * A WebKitGTK window on a screen of its own, driven by the W3C WebDriver protocol: the nearest thing to the menu bar's
 * WKWebView that Linux has. Everything it started ends with it.
 */
export class WebKit implements AsyncDisposable {
  readonly #processes: readonly ChildProcess[]
  readonly #profile: string
  readonly #session: string

  private constructor(processes: readonly ChildProcess[], profile: string, session: string) {
    this.#processes = processes
    this.#profile = profile
    this.#session = session
  }

  static async open(): Promise<WebKit> {
    const profile = mkdtempSync(join(tmpdir(), 'impetus-webkit-'))
    const display = await startScreen()
    const port = await freePort()
    const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      env: {
        ...process.env,
        ...home(profile),
        DISPLAY: display.name,
        NO_AT_BRIDGE: '1',
        LANG: 'en_US.UTF-8',
      },
      stdio: 'ignore',
      // A process group of its own: its browser outlives it otherwise.
      detached: true,
    })
    const address = `http://127.0.0.1:${port}`
    const processes = [driver, display.process]
    try {
      await until('WebKitWebDriver to listen', () => ask(address, 'GET', '/status'))
      const options = { 'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] } }
      const { sessionId } = await ask<{ sessionId: string }>(address, 'POST', '/session', {
        capabilities: { alwaysMatch: options },
      })
      return new WebKit(processes, profile, `${address}/session/${sessionId}`)
    } catch (error) {
      await end(processes, profile)
      throw error
    }
  }

  async resize(width: number, height: number): Promise<void> {
    await ask(this.#session, 'POST', '/window/rect', { width, height })
  }

  async goto(url: string): Promise<void> {
    await ask(this.#session, 'POST', '/url', { url })
  }

  async reload(): Promise<void> {
    await this.run(() => {
      document.documentElement.dataset.old = ''
    })
    await ask(this.#session, 'POST', '/refresh', {})
    // The driver may answer while the old page is still there.
    await this.waitFor(
      'the page to be loaded anew',
      () => document.documentElement.dataset.old === undefined && document.readyState === 'complete',
    )
  }

  /** What a function returns when it runs in the page, which knows nothing of this process but the arguments. */
  run<A extends readonly unknown[], T>(act: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    return this.evaluate<T>(`return (${act})(...arguments)`, ...args)
  }

  /** The same for source text: what its `return` gives. */
  evaluate<T>(script: string, ...args: readonly unknown[]): Promise<T> {
    return ask<T>(this.#session, 'POST', '/execute/sync', { script, args })
  }

  /** Waits until a function returns true in the page. */
  async waitFor<A extends readonly unknown[]>(
    what: string,
    isSo: (...args: A) => boolean,
    ...args: A
  ): Promise<void> {
    await until(what, () => this.run(isSo, ...args))
  }

  /** Types into what has the focus. */
  async type(text: string): Promise<void> {
    const actions = [...text].flatMap(value => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ])
    await ask(this.#session, 'POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  /** The window as PNG. The first paint can lag behind the document: an (almost) empty picture is taken again. */
  async screenshot(): Promise<Buffer> {
    for (let attempt = 0; ; attempt++) {
      const png = Buffer.from(await ask<string>(this.#session, 'GET', '/screenshot'), 'base64')
      if (png.length > 4000 || attempt > 20) return png
      await sleep(100)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ask(this.#session, 'DELETE', '').catch(() => undefined)
    await end(this.#processes, this.#profile)
  }
}

/** Nothing of this person's own browser is read or written. */
function home(profile: string): NodeJS.ProcessEnv {
  return { HOME: profile, XDG_CACHE_HOME: profile, XDG_CONFIG_HOME: profile, XDG_DATA_HOME: profile }
}

/** Xvfb picks a free display number and tells it on its fourth descriptor. */
async function startScreen(): Promise<{ readonly name: string; readonly process: ChildProcess }> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const told = screen.stdio[3]
  if (told === null || told === undefined) throw new Error('Xvfb has no pipe to tell its number by.')
  const [number] = (await Promise.race([
    once(told, 'data'),
    once(screen, 'exit').then(() => Promise.reject(new Error('Xvfb did not start.'))),
  ])) as [Buffer]
  return { name: `:${number.toString().trim()}`, process: screen }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}

async function end(processes: readonly ChildProcess[], profile: string): Promise<void> {
  for (const { pid } of processes) {
    if (pid === undefined || !existsSync(`/proc/${pid}`)) continue
    process.kill(-pid, 'SIGKILL')
  }
  await sleep(100)
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
}

async function until(what: string, isSo: () => Promise<unknown>): Promise<void> {
  const started = Date.now()
  for (;;) {
    let cause: unknown
    const seen = await isSo().catch((error: unknown) => {
      cause = error
      return false
    })
    if (seen) return
    if (Date.now() - started > patience) throw new Error(`Waited in vain for ${what}.`, { cause })
    await sleep(50)
  }
}

async function ask<T = unknown>(address: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patience),
  })
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`)
  return value
}
