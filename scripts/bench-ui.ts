/**
 * `npm run bench:ui [-- NAME…] [-- --ci] [-- --json]`: measures the dashboard in a real browser against a real core.
 * NAME is size, first, live or streaming; --ci watches Home for five minutes instead of ten. Ends with 0 whether or not
 * the targets are met: a busy machine is no failure, and the sizes have a test of their own.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import puppeteer, { type Browser } from 'puppeteer-core'
import { describe, loadAverage, thisMachine } from './bench/machine.ts'
import { formatRows, type Row, verdict } from './bench/row.ts'
import { firstView } from './bench/ui/first-view.ts'
import { live } from './bench/ui/live.ts'
import { sizes } from './bench/ui/sizes.ts'
import { streaming } from './bench/ui/streaming.ts'
import { buildCore } from './build/core.ts'
import { buildUi } from './build/ui.ts'
import { type RunningCore, startCore } from './running-core.ts'
import { ensureBrowser } from './test/browser.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, ci: { type: 'boolean' } },
})
const minutes = values.ci ? 5 : 10

const parts: Readonly<Record<string, (browser: Browser, core: RunningCore) => Promise<Row[]>>> = {
  size: async () => sizes((await buildUi()).folder),
  first: firstView,
  streaming: (browser, core) => streaming(browser, core, 60),
  live: (browser, core) => live(browser, core, minutes),
}
const unknown = positionals.filter(name => !(name in parts))
if (unknown.length > 0) {
  console.error(`There is no "${unknown.join('", "')}". There are: ${Object.keys(parts).join(', ')}.`)
  process.exit(64)
}
const found = ensureBrowser()
if ('missing' in found) {
  console.error(found.missing)
  process.exit(1)
}

const { entry } = await buildCore()
await using core = await startCore(entry, {
  flags: ['--engine', 'scripted'],
  env: { IMPETUS_SCRIPTED_WORD_MILLISECONDS: '10' },
})
const browser = await puppeteer.launch({
  executablePath: found.path,
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
})
const loadBefore = loadAverage()
const rows: Row[] = []
try {
  const [page] = await browser.pages()
  await page?.goto(core.signInLink)
  await page?.waitForSelector('nav')
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    console.error(`${name} …`)
    rows.push(...(await measure(browser, core)))
  }
} finally {
  await browser.close()
}
const machine = { ...thisMachine(), loadBefore, loadAfter: loadAverage() }
if (values.json) {
  const judged = rows.map(row => ({ ...row, verdict: verdict(row) }))
  console.log(JSON.stringify({ time: new Date().toISOString(), machine, rows: judged }, null, 2))
} else {
  console.log(`\n${describe(machine)}`)
  console.log(`Load average ${loadBefore.toFixed(2)} before, ${machine.loadAfter.toFixed(2)} after\n`)
  console.log(formatRows(rows))
}
