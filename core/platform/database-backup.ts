import { chmodSync, copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { isHealthy } from './database-health.ts'
import { makePrivate } from './home.ts'

/** How many copies are kept. They are small (kilobytes to a few megabytes): keys, figures, jobs; never models. */
const keep = 5
const unfinished = '.tmp'

/**
 * Writes one whole, compact copy of an open database, named by time so that names sort by age. Holds the event loop
 * until that is done: for the start, when nobody is waiting.
 */
export function backUpNow(database: DatabaseSync, folder: string): void {
  const place = placeFor(folder)
  try {
    database.prepare('VACUUM INTO ?').run(place.temporary)
    place.take()
  } finally {
    place.cleanUp()
  }
}

/** The same beside the event loop: SQLite copies in pieces on a thread, and writes meanwhile go into the copy too. */
export async function backUp(database: DatabaseSync, folder: string): Promise<void> {
  const place = placeFor(folder)
  try {
    await backup(database, place.temporary)
    place.take()
  } finally {
    place.cleanUp()
  }
}

interface Place {
  /** Where the copy is written. */
  readonly temporary: string
  /** Makes the copy a backup and drops the oldest ones. */
  take(): void
  cleanUp(): void
}

function placeFor(folder: string): Place {
  makePrivate(folder)
  removeUnfinished(folder)
  const names = backupNames(folder)
  const name = uniqueName(names)
  const temporary = join(folder, `${name}${unfinished}`)
  return {
    temporary,
    take() {
      chmodSync(temporary, 0o600)
      renameSync(temporary, join(folder, name))
      for (const old of names.slice(0, Math.max(0, names.length + 1 - keep)))
        rmSync(join(folder, old), { force: true })
    },
    cleanUp: () => rmSync(temporary, { force: true }),
  }
}

/** What a process that was killed while it made a copy has left. */
function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) if (name.includes(unfinished)) rmSync(join(folder, name))
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
