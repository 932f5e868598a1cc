import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build, type Metafile } from 'esbuild'
import type { EmbeddedFiles } from '../../core/platform/embedded.ts'
import { bundleOptions } from '../build/bundle.ts'
import { buildUi } from '../build/ui.ts'
import { inProject, projectVersion } from '../project.ts'
import type { Target } from './targets.ts'

/** What one executable is made of, laid out as it will find it: core/, core/ui/, native/. */
export interface Stage {
  readonly folder: string
  /** What was bundled into the core and the dashboard, for the notices. */
  readonly inputs: Metafile['inputs']
}

/** Lays out everything for a target in `folder`, the same for the same sources. */
export async function stage(target: Target, folder: string): Promise<Stage> {
  rmSync(folder, { recursive: true, force: true })
  const native = path.join(folder, 'native')
  copyEngine(target, native)
  copyFileSync(inProject('assets', 'impetus-mini.gguf'), path.join(native, 'impetus-mini.gguf'))
  const options = bundleOptions({ outdir: path.join(folder, 'core'), scripted: false })
  const { metafile } = await build({
    ...options,
    minify: true,
    // Error names and log lines stay readable.
    keepNames: true,
    metafile: true,
    outExtension: { '.js': '.mjs' },
    external: [...(options.external ?? []), '@node-llama-cpp/*'],
    define: { ...options.define, IMPETUS_EMBEDDED: JSON.stringify(listFiles(native)) },
  })
  cpSync((await buildUi()).folder, path.join(folder, 'core', 'ui'), { recursive: true })
  const pkg = { scripts: ['core/*.mjs'], assets: ['core/ui/**/*', 'native/**/*'] }
  const facts = { name: 'impetus', version: projectVersion(), type: 'module', bin: 'core/impetus.mjs', pkg }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(facts))
  return { folder, inputs: metafile.inputs }
}

/** @throws when the engine's package is of another version than the program was written for */
function copyEngine({ packages, enginePackage, engineFolder }: Target, native: string): void {
  const versionOf = (name: string, place: string) =>
    (JSON.parse(readFileSync(path.join(place, name, 'package.json'), 'utf8')) as { version: string }).version
  const wanted = versionOf('node-llama-cpp', inProject('node_modules'))
  const found = versionOf(enginePackage, packages())
  if (found !== wanted) throw new Error(`${enginePackage} is ${found}, node-llama-cpp ${wanted}.`)
  const from = path.join(packages(), enginePackage, engineFolder)
  mkdirSync(native, { recursive: true })
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(native, name))
}

/** In the order of their names, so that the program is the same wherever it is built. */
function listFiles(folder: string): EmbeddedFiles {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(
    names.map(name => {
      const bytes = readFileSync(path.join(folder, name))
      return [name, { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }]
    }),
  )
}
