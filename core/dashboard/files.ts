import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** The dashboard as it was built. The list of its files is read once, so that a request can ask for nothing else. */
export interface DashboardFiles {
  /** index.html, with `noncePlaceholder` wherever a response's own nonce belongs. */
  readonly page: string
  /** The file of this name under assets/; null where the build has none. */
  asset(name: string): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string } | null>
}

/** Written by the build (scripts/build/ui.ts) into every tag that needs a nonce. */
export const noncePlaceholder = 'NONCE-OF-THIS-RESPONSE'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Finds the built dashboard in a folder; null where none was built, and then a plain page stands in for it. */
export function findDashboard(folder: string): DashboardFiles | null {
  const assets = join(folder, 'assets')
  let page: string
  let names: ReadonlySet<string>
  try {
    page = readFileSync(join(folder, 'index.html'), 'utf8')
    names = new Set(readdirSync(assets))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return {
    page,
    asset: async name => {
      const type = types[extname(name)]
      if (type === undefined || !names.has(name)) return null
      return { bytes: await readFile(join(assets, name)), type }
    },
  }
}
