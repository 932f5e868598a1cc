import { constants } from 'node:fs'
import { copyFile, link, lstat, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import type { Duplicate } from '../../contract/library-files.ts'
import type { FileTools } from '../../engine/inspector/tools.ts'
import type { InstalledModel } from '../types.ts'

/**
 * Makes one file share the disk's blocks with another one of the same content: a clone where the file system can
 * (APFS, Btrfs, XFS), which stays a file of its own; else a second name of the same file. Both are hashed right
 * before, so that nothing is replaced by something else. The other file is not touched.
 *
 * @throws ImpetusError `conflict` where they are not the same, or on different disks
 */
async function shareBytes(own: string, other: string, tools: FileTools, signal: AbortSignal): Promise<void> {
  const [mine, theirs] = [await tools.hash(own, signal), await tools.hash(other, signal)]
  if (mine.sha256 !== theirs.sha256)
    throw new ImpetusError('conflict', 'The two files are not the same any more. Nothing was changed.')
  const temporary = join(dirname(own), `.${basename(own)}.sharing`)
  await rm(temporary, { force: true })
  try {
    await copyFile(other, temporary, constants.COPYFILE_FICLONE_FORCE).catch(() => link(other, temporary))
    const [now, made] = await Promise.all([lstat(own), lstat(temporary)])
    const print = `${now.ino}:${now.size}:${now.mtimeMs}`
    if (print !== mine.print || made.size !== now.size)
      throw new ImpetusError('conflict', 'The file changed meanwhile. Nothing was changed.')
    await rename(temporary, own)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EXDEV' || code === 'EPERM' || code === 'ENOTSUP')
      throw new ImpetusError(
        'conflict',
        'The two files are on different disks, or this disk cannot share them. Delete one of them instead.',
      )
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/**
 * Does that for each model of our own that is there twice. One that cannot be done does not keep the others from it.
 *
 * @param models as they are now, with all their parts
 */
export async function shareDuplicates(
  duplicates: readonly Duplicate[],
  models: readonly InstalledModel[],
  tools: FileTools,
  signal: AbortSignal,
): Promise<{ linked: { model: string; bytes: number }[]; failed: { model: string; message: string }[] }> {
  const linked: { model: string; bytes: number }[] = []
  const failed: { model: string; message: string }[] = []
  for (const { copies } of duplicates) {
    // What another program keeps stays as it is; of our own the first one does.
    const kept = copies.find(copy => !copy.own) ?? copies[0]
    const from = models.find(model => model.id === kept?.model)
    for (const { model: id } of copies.filter(copy => copy.own && copy !== kept)) {
      const to = models.find(model => model.id === id)
      if (from === undefined || to === undefined) continue
      try {
        for (const [index, part] of to.parts.entries())
          await shareBytes(part, from.parts[index] as string, tools, signal)
        linked.push({ model: id, bytes: to.bytes })
      } catch (error) {
        if (!(error instanceof ImpetusError)) throw error
        failed.push({ model: id, message: error.message })
      }
    }
  }
  return { linked, failed }
}
