import puppeteer, { type Browser } from 'puppeteer-core'
import { findBrowser } from '../../scripts/test/browser.ts'

/** A name that leads to this machine in the tests' browser only, as a hostile name server would make it do. */
export const reboundName = 'rebound.test'

/** Starts the installed browser, without a window and with a profile of its own. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = findBrowser()
  if (!executablePath) throw new Error('No browser is installed; "npm test" says how to get one.')
  const isFirefox = /firefox/i.test(executablePath)
  return puppeteer.launch({
    executablePath,
    browser: isFirefox ? 'firefox' : 'chrome',
    headless: true,
    args: isFirefox
      ? []
      : [
          `--host-resolver-rules=MAP ${reboundName} 127.0.0.1`,
          '--disable-dev-shm-usage',
          // Chromium's sandbox does not start for root, as whom containers run.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ],
    extraPrefsFirefox: { 'network.dns.localDomains': reboundName },
  })
}
