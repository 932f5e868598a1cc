import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The files that a packaged program carries and native code must find on a disk, by their path below one folder. */
export interface EmbeddedFiles {
  readonly [path: string]: { readonly sha256: string; readonly bytes: number }
}

/** Put in by the packager (scripts/package); a program that runs from a folder carries nothing. */
declare const IMPETUS_EMBEDDED: EmbeddedFiles | undefined

/** What this program carries; undefined when it is not packaged. */
export const embeddedFiles: EmbeddedFiles | undefined =
  typeof IMPETUS_EMBEDDED === 'undefined' ? undefined : IMPETUS_EMBEDDED

const abandonedMilliseconds = 3_600_000

/**
 * Puts the files of `source` into a folder of `cache` that is named by their content, and gives that folder. Every file
 * is hashed each time, for whoever can write here could have the engine run his code: a folder that is not exactly
 * what it should be is made anew. Folders of other versions are removed. 25 MB are checked in some 30 ms.
 *
 * @throws when the program itself is damaged, or the disk takes no more
 */
export async function unpack(files: EmbeddedFiles, source: string, cache: string): Promise<string> {
  const name = sha256(Buffer.from(JSON.stringify(files))).slice(0, 32)
  const folder = join(cache, name)
  if (await isWhole(folder, files)) return folder
  await mkdir(cache, { recursive: true, mode: 0o700 })
  // Before the unpacking, not before the renaming: another process may have put its own there by then.
  if ((await statOf(folder)) !== undefined) await rm(folder, { recursive: true, force: true })
  const unfinished = await mkdtemp(join(cache, '.unpacking-'))
  try {
    for (const [path, { sha256: wanted }] of Object.entries(files)) {
      const bytes = await readFile(join(source, path))
      if (sha256(bytes) !== wanted)
        throw new Error(`${path} inside this program is damaged. Install it again.`)
      const target = join(unfinished, path)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await writeFile(target, bytes, { mode: 0o500, flush: true })
    }
    await replace(unfinished, folder, files)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  await removeOthers(cache, name)
  return folder
}

/** Another process may have done the same meanwhile; then its folder is as good. */
async function replace(unfinished: string, folder: string, files: EmbeddedFiles): Promise<void> {
  try {
    await rename(unfinished, folder)
  } catch (error) {
    if (!(await isWhole(folder, files))) throw error
  }
}

async function isWhole(folder: string, files: EmbeddedFiles): Promise<boolean> {
  const checks = Object.entries(files).map(async ([path, { sha256: wanted, bytes }]) => {
    const place = join(folder, path)
    const found = await statOf(place)
    return found?.isFile() === true && found.size === bytes && sha256(await readFile(place)) === wanted
  })
  return (await Promise.all(checks)).every(isSo => isSo)
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

async function removeOthers(cache: string, kept: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name === kept) continue
    const found = await statOf(join(cache, name))
    // A young one may be what another process is just unpacking.
    if (name.startsWith('.') && found !== undefined && Date.now() - found.mtimeMs < abandonedMilliseconds)
      continue
    await rm(join(cache, name), { recursive: true, force: true })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
