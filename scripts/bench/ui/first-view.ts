import type { Browser } from 'puppeteer-core'
import type { RunningCore } from '../../running-core.ts'
import type { Row } from '../row.ts'
import { median } from '../statistics.ts'
import { counters, pageUse } from './measure.ts'

const rounds = 7

/** How soon a browser, which is signed in, shows something, and what it costs until the screen is there. */
export async function firstView(browser: Browser, core: RunningCore): Promise<Row[]> {
  const paints: number[] = []
  const costs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const page = await browser.newPage()
    const session = await counters(page)
    // As after an update: nothing of the page is in the browser's cache.
    await page.setCacheEnabled(false)
    await page.goto(core.url)
    await page.waitForSelector('.tile')
    paints.push(
      await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      ),
    )
    costs.push((await pageUse(session)).taskMilliseconds)
    await page.close()
  }
  const row = (what: string, values: readonly number[], atMost: number): Row => ({
    ...{ benchmark: 'first view', what, value: median(values), unit: 'ms', target: { atMost } },
    note: `median of ${rounds}, nothing cached`,
  })
  return [row('first contentful paint', paints, 200), row('processor time until Home is there', costs, 220)]
}
