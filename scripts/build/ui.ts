import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { noncePlaceholder } from '../../core/dashboard/files.ts'
import { inProject } from '../project.ts'
import { hashOf } from './inputs.ts'

const folder = inProject('build')
/** What the built dashboard is made from, beside the files under ui/. The contract gives it types only, which vanish. */
const settings = ['package-lock.json', 'scripts/build/ui.ts']

export interface UiBuild {
  readonly folder: string
  /** Whether there was anything to do. */
  readonly fresh: boolean
}

/** Names the state of everything the built dashboard depends on, by content. */
function uiHash(): string {
  const files = readdirSync(inProject('ui'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !/\.(test\.ts|md)$/.test(entry.name))
    .map(entry => path.relative(inProject(), path.join(entry.parentPath, entry.name)))
  return hashOf([...settings, ...files.sort()])
}

/**
 * Builds the dashboard with Vite into `build/ui-HASH`, unless it has been built from these very sources before.
 *
 * @throws what Vite throws; it has said what is wrong
 */
export async function buildUi(): Promise<UiBuild> {
  const target = path.join(folder, `ui-${uiHash()}`)
  const fresh = existsSync(path.join(target, 'index.html'))
  if (!fresh) {
    await bundle(target)
    removeOld(target)
  }
  return { folder: target, fresh }
}

async function bundle(target: string): Promise<void> {
  // Loaded here, not above: a start that finds a fresh build does not need it.
  const { build } = await import('vite')
  const unfinished = `${target}.${process.pid}`
  // Tests run with another one, with which Vite would take React's development build: three times as large.
  const { NODE_ENV: before } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({
      configFile: false,
      root: inProject('ui'),
      logLevel: 'warn',
      html: { cspNonce: noncePlaceholder },
      build: {
        outDir: unfinished,
        emptyOutDir: true,
        target: ['safari17', 'chrome115', 'firefox115'],
        // Small files as data: URLs would need exceptions in the policy.
        assetsInlineLimit: 0,
        chunkSizeWarningLimit: 2000,
        modulePreload: { polyfill: false },
        manifest: true,
        rolldownOptions: {
          onwarn: (warning, warn) => {
            // "use client", in every file of antd: it means something to servers that render.
            if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
          },
        },
      },
    })
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
  mkdirSync(folder, { recursive: true })
  rmSync(target, { recursive: true, force: true })
  renameSync(unfinished, target)
}

function removeOld(newest: string): void {
  for (const name of readdirSync(folder)) {
    if (/^ui-[0-9a-f]+$/.test(name) && name !== path.basename(newest)) {
      rmSync(path.join(folder, name), { recursive: true })
    }
  }
}

/** A file that the first view needs, by its place in the build. */
export interface InitialFile {
  readonly name: string
  readonly bytes: Buffer
}

/** Every script and style sheet that the browser fetches before it shows the first view of `entry`. */
export function initialFiles(built: string, entry = 'index.html'): InitialFile[] {
  interface Chunk {
    readonly file: string
    readonly imports?: readonly string[]
    readonly css?: readonly string[]
  }
  const manifest = JSON.parse(readFileSync(path.join(built, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >
  const files = new Set<string>()
  const visit = (name: string): void => {
    const chunk = manifest[name]
    if (chunk === undefined) throw new Error(`the build has no ${name}`)
    if (files.has(chunk.file)) return
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    for (const other of chunk.imports ?? []) visit(other)
  }
  visit(entry)
  return [...files].map(name => ({ name, bytes: readFileSync(path.join(built, name)) }))
}
