import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Put in by the build, which has no package.json beside it. */
declare const IMPETUS_VERSION: string | undefined

/** The version of this program. */
export function version(): string {
  if (typeof IMPETUS_VERSION === 'string') return IMPETUS_VERSION
  const file = join(import.meta.dirname, '..', '..', 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
