import { chmodSync, copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { isHealthy } from './database-health.ts'
import { makePrivate } from './home.ts'

/** How many copies are kept. They are small (kilobytes to a few megabytes): keys, figures, jobs; never models. */
const keep = 5

/** Writes one whole, compact copy of an open database, named by time so that names sort by age. */
export function backUp(database: DatabaseSync, folder: string): void {
  makePrivate(folder)
  const names = backupNames(folder)
  const name = uniqueName(names)
  const temporary = join(folder, `${name}.tmp`)
  try {
    database.prepare('VACUUM INTO ?').run(temporary)
    chmodSync(temporary, 0o600)
    renameSync(temporary, join(folder, name))
  } finally {
    rmSync(temporary, { force: true })
  }
  for (const old of names.slice(0, Math.max(0, names.length + 1 - keep)))
    rmSync(join(folder, old), { force: true })
}

function uniqueName(taken: readonly string[]): string {
  const time = new Date().toISOString().replaceAll(/[-:]/g, '')
  // A clock set back must not make an old copy the newest.
  const newest = taken.at(-1)
  const stem = newest !== undefined && newest > `${time}.db` ? `${newest.slice(0, -'.db'.length)}~` : time
  return taken.includes(`${stem}.db`) ? `${stem}~.db` : `${stem}.db`
}

/** Puts the newest undamaged backup in the database's place and answers its name; undefined when there is none. */
export function newestGoodBackup(folder: string, path: string): string | undefined {
  for (const name of backupNames(folder).reverse()) {
    const backup = join(folder, name)
    if (isHealthy(backup).state !== 'good') continue
    copyFileSync(backup, path)
    chmodSync(path, 0o600)
    return name
  }
  return undefined
}

/** Moves a damaged database and its side files away, keeping them for whoever wants to rescue data. Answers the new name. */
export function setAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[-:]/g, '')}`
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      renameSync(path + suffix, aside + suffix)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return basename(aside)
}

/** Oldest first. */
function backupNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.db'))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
