import process from 'node:process'
import { canInstallPackages, installPackages } from './debian.ts'
import { ensurePackages, findProgram, isExecutable } from './programs.ts'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'firefox',
  'firefox-esr',
]
const macApps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
]

/** The browser that the tests drive: `IMPETUS_TEST_BROWSER`, else the first installed one of Chromium, Chrome and Firefox. */
export function findBrowser(): string | undefined {
  return process.env.IMPETUS_TEST_BROWSER || findProgram(names) || macApps.find(isExecutable)
}

/** Finds a browser, installing Chromium where that can be done unasked: on Debian, as root. Returns the reason why not. */
export function ensureBrowser(): { readonly path: string } | { readonly missing: string } {
  const found = findBrowser()
  if (found) return { path: found }
  if (!canInstallPackages()) return { missing: advice() }
  const failed = installPackages(['chromium'])
  if (failed) return { missing: `"${failed}" failed. ${advice()}` }
  const installed = findBrowser()
  return installed ? { path: installed } : { missing: advice() }
}

/** Finds Firefox, installing it where that can be done unasked. Returns the reason why not. */
export function ensureFirefox(): { readonly path: string } | { readonly missing: string } {
  const names = ['firefox-esr', 'firefox']
  const find = () => findProgram(names) ?? macApps.filter(app => app.endsWith('firefox')).find(isExecutable)
  const missing = find() === undefined ? ensurePackages({ 'firefox-esr': 'firefox-esr' }) : undefined
  const path = find()
  return path === undefined ? { missing: missing ?? 'Firefox is not on the PATH.' } : { path }
}

function advice(): string {
  const command =
    process.platform === 'darwin' ? 'brew install --cask chromium' : 'sudo apt-get install chromium'
  return `The browser tests need Chromium, Chrome or Firefox. Install one (${command}) or name one in IMPETUS_TEST_BROWSER.`
}
