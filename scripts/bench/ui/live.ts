import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'puppeteer-core'
import type { RunningCore } from '../../running-core.ts'
import type { Row } from '../row.ts'
import { collectedHeap, counters, pageUse } from './measure.ts'

const settleMilliseconds = 60_000
/** A short request every so often, so that the figures move. */
const requestMilliseconds = 5000

/** What Home costs while it is looked at, and whether it grows. */
export async function live(browser: Browser, core: RunningCore, minutes: number): Promise<Row[]> {
  const page = await browser.newPage()
  await page.goto(core.url)
  await page.waitForSelector('.tile')
  const session = await counters(page)
  const asking = setInterval(() => void ask(core), requestMilliseconds)
  try {
    await sleep(settleMilliseconds)
    const heapBefore = await collectedHeap(session)
    const before = await pageUse(session)
    const began = performance.now()
    await sleep(minutes * 60_000)
    const seconds = (performance.now() - began) / 1000
    const { taskMilliseconds } = await pageUse(session)
    const heap = await collectedHeap(session)
    const row = (what: string, value: number, unit: string, atMost: number): Row => ({
      ...{ benchmark: 'Home live', what, value, unit, target: { atMost } },
      note: `over ${minutes} min after ${settleMilliseconds / 1000} s`,
    })
    return [
      row('processor time', (taskMilliseconds - before.taskMilliseconds) / seconds, 'ms/s', 15),
      row('heap at the end', heap / 1e6, 'MB', 15),
      row('growth of the heap', (heap - heapBefore) / 1e6, 'MB', 1),
    ]
  } finally {
    clearInterval(asking)
    await page.close()
  }
}

async function ask(core: RunningCore): Promise<void> {
  const response = await fetch(`${core.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'count to 20' }] }),
  })
  await response.arrayBuffer()
}
