import type { CDPSession, Page } from 'puppeteer-core'

/** Milliseconds of processor time of the page's main thread since the page began, and its heap in bytes. */
export interface PageUse {
  readonly taskMilliseconds: number
  readonly heapBytes: number
}

/** What Chromium's own counters say of a page. */
export async function pageUse(session: CDPSession): Promise<PageUse> {
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name: string) => metrics.find(metric => metric.name === name)?.value ?? Number.NaN
  return { taskMilliseconds: of('TaskDuration') * 1000, heapBytes: of('JSHeapUsedSize') }
}

/** The heap without what nobody holds any more. */
export async function collectedHeap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  return (await pageUse(session)).heapBytes
}

export async function counters(page: Page): Promise<CDPSession> {
  const session = await page.createCDPSession()
  // Time on a processor, not on the wall: other programs must not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await session.send('HeapProfiler.enable')
  return session
}

/** What a page notes of its own smoothness while it is watched. */
export interface Smoothness {
  /** Milliseconds between frames. */
  readonly frames: readonly number[]
  /** Tasks of 50 ms or more, in milliseconds. */
  readonly longTasks: readonly number[]
  /** Milliseconds from a key to the end of the frame that shows it. */
  readonly keys: readonly number[]
  readonly layoutShift: number
}

/** Begins to watch; `readSmoothness` ends it. */
export async function watchSmoothness(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { frames: [] as number[], longTasks: [] as number[], keys: [] as number[], layoutShift: 0 }
    const observers = [
      observe('longtask', entry => seen.longTasks.push(entry.duration)),
      observe('layout-shift', entry => {
        const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
        if (!shift.hadRecentInput) seen.layoutShift += shift.value
      }),
    ]
    function observe(type: string, hear: (entry: PerformanceEntry) => void) {
      const observer = new PerformanceObserver(list => {
        for (const entry of list.getEntries()) hear(entry)
      })
      observer.observe({ type })
      return observer
    }
    // Event Timing would be the browser's own measure. Without a screen Chromium says of keys typed beside a page that
    // scrolls that they were shown up to 38 s later, all at once, while frames came every 17 ms.
    const key = (event: KeyboardEvent) => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => seen.keys.push(performance.now() - event.timeStamp)
      requestAnimationFrame(() => channel.port2.postMessage(null))
    }
    addEventListener('keydown', key)
    let isWatching = true
    let last = performance.now()
    const frame = (now: number) => {
      seen.frames.push(now - last)
      last = now
      if (isWatching) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    Object.assign(window, {
      endWatching: () => {
        isWatching = false
        removeEventListener('keydown', key)
        for (const observer of observers) observer.disconnect()
        return seen
      },
    })
  })
}

export function readSmoothness(page: Page): Promise<Smoothness> {
  return page.evaluate(() => (window as unknown as { endWatching: () => Smoothness }).endWatching())
}
