/** `npm run build`: bundles the core into build/core, when it is stale. */
import path from 'node:path'
import { buildCore } from './build/core.ts'
import { root } from './project.ts'

const build = await buildCore()
const place = path.relative(root, build.entry)
console.log(
  build.fresh ? `${place} is up to date.` : `Built ${place} in ${Math.round(build.milliseconds)} ms.`,
)
