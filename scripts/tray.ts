/**
 * `npm run tray [-- --no-open] [-- --core FILE]`: builds the menu bar, puts Impetus.app together, signs it for this Mac
 * only and opens it. `--core` takes a packaged core instead of the one in build/.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { buildCore } from './build/core.ts'
import { inProject } from './project.ts'
import { findBrowser } from './test/browser.ts'
import { assembleApp } from './tray/bundle.ts'
import { renderIcon } from './tray/icon.ts'

const { values } = parseArgs({
  options: { core: { type: 'string' }, 'no-open': { type: 'boolean', default: false } },
})
if (process.platform !== 'darwin') {
  console.error(
    'The menu bar needs a Mac. Here "scripts/swift.sh run impetus-tray" keeps a core running without one; see docs/mac.md.',
  )
  process.exit(1)
}

/** Runs a program with its output shown; its failure ends this one. */
function run(program: string, words: readonly string[]): void {
  try {
    execFileSync(program, words, { cwd: inProject(), stdio: 'inherit' })
  } catch {
    console.error(`"${program} ${words.join(' ')}" failed.`)
    process.exit(1)
  }
}

/** What runs unsigned is ended by Apple silicon; the signature "-" holds on this Mac only. Inside out, never --deep. */
function sign(app: string): void {
  const entitlements = inProject('MacTray/App/Bundle/core.entitlements')
  const core = `${app}/Contents/MacOS/impetus-core`
  run('codesign', ['--force', '--sign', '-', '--entitlements', entitlements, core])
  run('codesign', ['--force', '--sign', '-', app])
  run('codesign', ['--verify', '--strict', '--verbose=2', app])
}

async function icon(): Promise<Buffer | null> {
  const browser = findBrowser()
  if (browser !== undefined)
    return renderIcon(readFileSync(inProject('MacTray/App/Bundle/icon.svg'), 'utf8'), browser)
  console.error('There is no Chromium, Chrome or Firefox to draw the icon with: the app gets the usual one.')
  return null
}

run('swift', ['build', '-c', 'release', '--product', 'Impetus'])
const core =
  values.core === undefined
    ? { command: [process.execPath, (await buildCore()).entry] }
    : { file: values.core }
const app = assembleApp(inProject('build', 'mac'), {
  shell: inProject('.build/release/Impetus'),
  core,
  icon: await icon(),
})
sign(app)
console.log(app)
if (!values['no-open']) run('open', [app])
