import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'puppeteer-core'
import type { RunningCore } from '../../running-core.ts'
import type { Row } from '../row.ts'
import { quantile } from '../statistics.ts'
import { readSmoothness, watchSmoothness } from './measure.ts'

/** Words, each a token of the scripted engine, in paragraphs, lists and code, as a long answer has them. */
function longText(words: number): string {
  const parts: string[] = []
  for (let part = 0, left = words; left > 0; part++) {
    const count = Math.min(left, 60)
    const text = Array.from({ length: count }, (_, place) => `word${part}x${place}`).join(' ')
    parts.push(part % 5 === 4 ? `\`\`\`\n${text}\n\`\`\`` : part % 5 === 3 ? `- ${text}` : text)
    left -= count
  }
  return parts.join('\n\n')
}

/** Chat while an answer comes at a hundred tokens a second and somebody types the next question. */
export async function streaming(browser: Browser, core: RunningCore, seconds: number): Promise<Row[]> {
  const page = await browser.newPage()
  await page.goto(core.url)
  await page.waitForSelector('nav')
  await page.evaluate(() => {
    location.hash = 'chat'
  })
  await page.waitForSelector('.first-questions')
  await page.evaluate(
    (text: string) => {
      const field = document.querySelector('textarea')
      const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set
      set?.call(field, text)
      field?.dispatchEvent(new Event('input', { bubbles: true }))
    },
    longText((seconds + 10) * 100),
  )
  await page.focus('textarea')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.markdown .block')
  await sleep(2000)
  await watchSmoothness(page)
  const until = performance.now() + seconds * 1000
  for (let pressed = 0; performance.now() < until; pressed++) {
    await page.keyboard.press(pressed % 6 === 5 ? 'Space' : 'KeyA')
    await sleep(200)
  }
  const { frames, longTasks, keys, layoutShift } = await readSmoothness(page)
  await page.close()
  const row = (what: string, value: number, unit: string, atMost: number): Row => ({
    ...{ benchmark: 'streaming', what, value, unit, target: { atMost } },
    note: `over ${seconds} s at 100 tokens/s`,
  })
  return [
    row('time between frames, p99', quantile(frames, 0.99), 'ms', 33),
    row('tasks of 50 ms or more', longTasks.length, '', 1),
    row('key to paint, p95', quantile(keys, 0.95), 'ms', 100),
    row('layout shift', layoutShift, '', 0.01),
  ]
}
