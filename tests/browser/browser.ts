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
    // Launching takes 1 to 3 s when the machine is quiet, and took more than puppeteer's 30 s at load 14.
    timeout: 120_000,
    args: isFirefox
      ? []
      : [
          `--host-resolver-rules=MAP ${reboundName} 127.0.0.1`,
          '--disable-dev-shm-usage',
          // Nothing of its own goes out while the tests run.
          ...['--disable-quic', '--no-first-run', '--disable-background-networking'],
          ...['--disable-component-update', '--disable-sync'],
          // Chromium's sandbox does not start for root, as whom containers run.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ],
    extraPrefsFirefox: { 'network.dns.localDomains': reboundName },
  })
}
