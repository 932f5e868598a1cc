import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import { inProject } from '../project.ts'
import { bundleOptions } from './bundle.ts'
import { inputsHash } from './inputs.ts'
import { writeEntry } from './quick-start.ts'
import { buildUi } from './ui.ts'

/** One folder for each state of the sources, and `core` as a link to the newest. */
const folder = inProject('build')
const link = path.join(folder, 'core')
/** Builds that stay beside the newest, because a core started from one may still be running. */
const keptBuilds = 2

export interface Build {
  /** The entry file, in the folder of this very build. */
  readonly entry: string
  /** Whether there was anything to do. */
  readonly fresh: boolean
  readonly milliseconds: number
}

/**
 * Bundles the core for Node 26, with the dashboard beside it, unless it has been built from these very sources before.
 *
 * Each build has a folder of its own, named by the hash of its inputs. A core that runs loads parts of itself later
 * and starts its runners from the same files: they must not change under it when somebody builds anew.
 */
export async function buildCore(): Promise<Build> {
  const began = performance.now()
  const ui = await dashboard()
  const hash = createHash('sha256')
    .update(`${inputsHash()} ${path.basename(ui ?? 'none')}`)
    .digest('hex')
    .slice(0, 16)
  const target = path.join(folder, `core-${hash}`)
  const entry = path.join(target, 'main.js')
  const fresh = existsSync(entry)
  if (!fresh) await bundle(target, ui)
  pointAt(target)
  if (!fresh) removeOld(target)
  return { entry, fresh, milliseconds: performance.now() - began }
}

/** The built dashboard's folder; null when it cannot be built, for the core does its work without it. */
async function dashboard(): Promise<string | null> {
  try {
    return (await buildUi()).folder
  } catch (error) {
    console.error(`The dashboard cannot be built; a plain page stands in for it. ${(error as Error).message}`)
    return null
  }
}

/** Ends the process when the sources cannot be bundled; esbuild has said what is wrong with them. */
async function bundle(target: string, ui: string | null): Promise<void> {
  // Loaded here, not above: a start that finds a fresh build does not need it.
  const { build } = await import('esbuild')
  const unfinished = `${target}.${process.pid}`
  const bundled = build(bundleOptions({ outdir: unfinished, scripted: true }))
  await bundled.catch(() => {
    rmSync(unfinished, { recursive: true, force: true })
    console.error('The core cannot be built; the reasons are above.')
    process.exit(1)
  })
  writeEntry(unfinished, 'impetus.js')
  // Beside the core, where core/compose/doors.ts looks: a core that runs keeps the dashboard it was started with.
  if (ui !== null) cpSync(ui, path.join(unfinished, 'ui'), { recursive: true })
  rmSync(target, { recursive: true, force: true })
  renameSync(unfinished, target)
}

function pointAt(target: string): void {
  const unfinished = `${link}.${process.pid}`
  mkdirSync(folder, { recursive: true })
  symlinkSync(path.basename(target), unfinished)
  renameSync(unfinished, link)
}

function removeOld(newest: string): void {
  const builds = readdirSync(folder)
    .filter(name => name.startsWith('core-') && name !== path.basename(newest))
    .map(name => ({ name, time: statSync(path.join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
  for (const { name } of builds.slice(keptBuilds)) rmSync(path.join(folder, name), { recursive: true })
}
