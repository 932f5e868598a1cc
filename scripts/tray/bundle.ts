import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { inProject, projectVersion } from '../project.ts'

/** What goes into the app. */
export interface AppParts {
  /** The built menu bar. */
  readonly shell: string
  /** The core: a program to copy, or the words of one to call where it lies. */
  readonly core: { readonly file: string } | { readonly command: readonly string[] }
  /** An .icns file's bytes; null where none could be drawn. */
  readonly icon: Uint8Array | null
}

/** Puts Impetus.app together, unsigned, in a folder that is emptied before. Answers the app's path. */
export function assembleApp(folder: string, { shell, core, icon }: AppParts): string {
  const app = path.join(folder, 'Impetus.app')
  rmSync(app, { recursive: true, force: true })
  const contents = path.join(app, 'Contents')
  for (const name of ['MacOS', 'Resources']) mkdirSync(path.join(contents, name), { recursive: true })
  const program = path.join(contents, 'MacOS', 'Impetus')
  copyFileSync(shell, program)
  const coreProgram = path.join(contents, 'MacOS', 'impetus-core')
  if ('file' in core) copyFileSync(core.file, coreProgram)
  else writeFileSync(coreProgram, `#!/bin/sh\nexec ${core.command.map(quoted).join(' ')} "$@"\n`)
  for (const file of [program, coreProgram]) chmodSync(file, 0o755)
  writeFileSync(path.join(contents, 'Info.plist'), infoPlist())
  writeFileSync(path.join(contents, 'PkgInfo'), 'APPL????')
  if (icon !== null) writeFileSync(path.join(contents, 'Resources', 'Impetus.icns'), icon)
  return app
}

/** The app's property list with the project's version. */
function infoPlist(): string {
  const template = readFileSync(inProject('MacTray/App/Bundle/Info.plist'), 'utf8')
  return template.replaceAll('<string>VERSION</string>', `<string>${projectVersion()}</string>`)
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
