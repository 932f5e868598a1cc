import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

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
  const chosen = process.env.IMPETUS_TEST_BROWSER
  if (chosen) return chosen
  const onPath = names.flatMap(name =>
    (process.env.PATH ?? '').split(path.delimiter).map(folder => path.join(folder, name)),
  )
  return [...onPath, ...macApps].find(isExecutable)
}

/** Finds a browser, installing Chromium where that can be done unasked: on Debian, as root. Returns the reason why not. */
export function ensureBrowser(): { readonly path: string } | { readonly missing: string } {
  const found = findBrowser()
  if (found) return { path: found }
  if (!(process.getuid?.() === 0 && existsSync('/etc/debian_version'))) return { missing: advice() }
  console.log('No browser is installed: installing Chromium with apt-get, for the browser tests (this once)…')
  for (const words of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
    const result = spawnSync('apt-get', ['--quiet=2', ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (result.status !== 0) return { missing: `"apt-get ${words.join(' ')}" failed. ${advice()}` }
  }
  const installed = findBrowser()
  return installed ? { path: installed } : { missing: advice() }
}

function advice(): string {
  const command =
    process.platform === 'darwin' ? 'brew install --cask chromium' : 'sudo apt-get install chromium'
  return `The browser tests need Chromium, Chrome or Firefox. Install one (${command}) or name one in IMPETUS_TEST_BROWSER.`
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
