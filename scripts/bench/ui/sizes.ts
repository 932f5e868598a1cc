import { gzipSync } from 'node:zlib'
import { initialFiles } from '../../build/ui.ts'
import type { Row } from '../row.ts'

const routes = ['chat', 'models', 'connect', 'activity', 'settings']

/** What the browser fetches, compressed, in kilobytes. `folder` is a built dashboard. */
export function sizes(folder: string): Row[] {
  const kilobytes = (...entries: string[]) => {
    const files = entries.flatMap(entry => initialFiles(folder, entry))
    const once = new Map(files.map(({ name, bytes }) => [name, bytes]))
    return [...once.values()].reduce((sum, bytes) => sum + gzipSync(bytes).length, 0) / 1000
  }
  const page = (name: string) => `pages/${name}/${name}.tsx`
  const first = kilobytes('index.html')
  const activity = ['index.html', page('activity')]
  const trends = kilobytes(...activity, 'pages/activity/trends/trends.tsx') - kilobytes(...activity)
  const row = (what: string, value: number, atMost: number): Row => ({
    ...{ benchmark: 'size', what, value, unit: 'kB', target: { atMost } },
    note: 'gzip',
  })
  return [
    row('first view', first, 130),
    row('Home complete', kilobytes('index.html', page('home')), 210),
    ...routes.map(name => row(`${name} adds`, kilobytes('index.html', page(name)) - first, 240)),
    row('Trends adds to Activity', trends, 450),
  ]
}
