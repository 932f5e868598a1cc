/** `npm start [-- FLAG…]`: builds the core when it is stale and becomes it. */
import process from 'node:process'
import { buildCore } from './build/core.ts'

const build = await buildCore()
if (!build.fresh) console.error(`Built the core in ${Math.round(build.milliseconds)} ms.`)
// The core takes this process's place: no second one stays in memory, and signals and the exit code need no passing on.
process.execve?.(
  process.execPath,
  [process.execPath, build.entry, 'serve', ...process.argv.slice(2)],
  process.env,
)
