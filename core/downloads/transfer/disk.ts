import { statfs } from 'node:fs/promises'
import { ImpetusError } from '../../contract/errors.ts'

/** Bytes that this user can still write on the disk a folder is on. */
export type FreeBytes = (folder: string) => Promise<number>

export const freeBytes: FreeBytes = async folder => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/**
 * Whether `needed` bytes fit without touching the reserve.
 *
 * @throws ImpetusError `insufficient_storage` with the figures
 */
export function requireSpace(free: number, needed: number, reserve: number): void {
  if (free - needed >= reserve) return
  const missing = inWords(needed + reserve - free)
  const kept = reserve === 0 ? '' : ` and ${inWords(reserve)} are kept in reserve`
  throw new ImpetusError(
    'insufficient_storage',
    `This needs ${inWords(needed)} more on the disk, which has ${inWords(free)}${kept}. Free ${missing} or more, then try again.`,
  )
}

/** Bytes for a person: 4.37 GB, as the Finder counts. */
export function inWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`
}
