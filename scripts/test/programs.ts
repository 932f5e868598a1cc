import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { canInstallPackages, installPackages } from './debian.ts'

/** The first of `names` that is on the PATH, as a path. */
export function findProgram(names: readonly string[]): string | undefined {
  return names
    .flatMap(name => (process.env.PATH ?? '').split(path.delimiter).map(folder => path.join(folder, name)))
    .find(isExecutable)
}

/** Sees to it that the programs are there. @returns what is missing and how to get it; undefined when nothing is */
export function ensurePrograms(names: readonly string[]): string | undefined {
  return ensurePackages(Object.fromEntries(names.map(name => [name, name])))
}

/** The same for programs that Debian packs under other names: program → package. */
export function ensurePackages(packages: Readonly<Record<string, string>>): string | undefined {
  const missing = Object.entries(packages).flatMap(([name, pack]) => (findProgram([name]) ? [] : [pack]))
  if (missing.length === 0) return undefined
  const failed = canInstallPackages() ? installPackages(missing) : undefined
  if (canInstallPackages() && failed === undefined) return undefined
  const tried = failed === undefined ? '' : `"${failed}" failed. `
  return `${tried}The tests use ${missing.join(' and ')}: install with "sudo apt-get install ${missing.join(' ')}".`
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
