import puppeteer from 'puppeteer-core'
import { icns, icnsKinds } from './icns.ts'

/** Draws the SVG in a browser at every size that an .icns holds. */
export async function renderIcon(svg: string, browserPath: string): Promise<Buffer> {
  const browser = await puppeteer.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage()
    const pictures = new Map<number, Uint8Array>()
    for (const pixels of new Set(icnsKinds.map(kind => kind.pixels))) {
      await page.setViewport({ width: pixels, height: pixels })
      const image = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
      await page.setContent(
        `<style>html,body{margin:0;background:transparent}img{display:block;width:${pixels}px}</style><img src="${image}">`,
      )
      await page.waitForFunction('document.images[0].complete && document.images[0].naturalWidth > 0')
      pictures.set(pixels, await page.screenshot({ omitBackground: true, type: 'png' }))
    }
    return icns(pixels => pictures.get(pixels) as Uint8Array)
  } finally {
    await browser.close()
  }
}
