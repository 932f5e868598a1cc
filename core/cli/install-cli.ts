import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { ownExecutable } from '../platform/child.ts'
import { ExitError } from '../platform/exit.ts'
import type { Call } from './command.ts'
import { answer } from './output.ts'

/** In our own file, so that only our own file is ever replaced. */
const mark = '# Made by "impetus install-cli".'

export async function run(call: Call): Promise<undefined> {
  const folder = call.options.folder === undefined ? fittingFolder(call) : resolve(call.options.folder)
  const path = join(folder, 'impetus')
  refuseForeign(path)
  try {
    mkdirSync(folder, { recursive: true })
    rmSync(path, { force: true })
    writeFileSync(path, shim(), { mode: 0o755 })
  } catch (error) {
    throw new ExitError(
      'cannotCreate',
      `Cannot write ${path} (${(error as NodeJS.ErrnoException).code}). Choose another folder with --folder.`,
      error,
    )
  }
  const onPath = pathFolders(call).includes(folder)
  answer(
    call,
    { path, onPath },
    onPath
      ? `"impetus" is now at ${path}. Remove that file to undo this.`
      : `"impetus" is now at ${path}, but that folder is not on your PATH. Add this line to your shell's profile:\n  export PATH="${folder}:$PATH"`,
  )
}

/** A script, not a link: from sources, the program is Node and a file. */
function shim(): string {
  const { command, prefix } = ownExecutable()
  const words = [realpathSync(command), ...prefix.map(part => stablePath(resolve(part)))].map(quote)
  return `#!/bin/sh\n${mark}\nexec ${words.join(' ')} "$@"\n`
}

/** A build's own folder is removed when it is old; the link beside it always leads to the newest. */
function stablePath(entry: string): string {
  const newest = join(dirname(dirname(entry)), 'core', 'main.js')
  return /\/core-[0-9a-f]+\/main\.js$/.test(entry) && existsSync(newest) ? newest : entry
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function pathFolders(call: Call): string[] {
  return (call.env.PATH ?? '').split(delimiter).filter(folder => isAbsolute(folder))
}

/** The first of the usual places that is on the PATH and can be written; else ~/.local/bin. */
function fittingFolder(call: Call): string {
  const home = call.env.HOME
  const own = home && isAbsolute(home) ? [join(home, '.local', 'bin'), join(home, 'bin')] : []
  const onPath = new Set(pathFolders(call))
  const fitting = [...own, '/usr/local/bin', '/opt/homebrew/bin'].find(
    folder => onPath.has(folder) && isWritable(folder),
  )
  const folder = fitting ?? own[0]
  if (folder === undefined)
    throw new ExitError('configuration', 'HOME is not set. Choose a folder with --folder.')
  return folder
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function refuseForeign(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts === undefined) return
  const ours = facts.isFile() && readFileSync(path, 'utf8').includes(mark)
  if (ours) return
  const what = facts.isSymbolicLink()
    ? `a link to ${readlinkSync(path)}`
    : 'something that Impetus has not put there'
  throw new ExitError(
    'cannotCreate',
    `${path} is ${what}. Remove it, or choose another folder with --folder.`,
  )
}
