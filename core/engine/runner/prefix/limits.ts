import type { PrefixCacheOptions } from '../../protocol.ts'

export interface StoredFile {
  readonly path: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly usedAt: number
}

const day = 24 * 60 * 60 * 1000

/** What has to go: what nobody used for too long, and then the oldest until the rest fits. */
export function toDelete<T extends StoredFile>(
  files: readonly T[],
  { maxBytes, maxAgeDays }: Omit<PrefixCacheOptions, 'folder'>,
  now: number,
): T[] {
  let room = maxBytes
  return files
    .toSorted((a, b) => b.usedAt - a.usedAt)
    .filter(({ bytes, usedAt }) => {
      const fits = room >= bytes && now - usedAt <= maxAgeDays * day
      if (fits) room -= bytes
      return !fits
    })
}
