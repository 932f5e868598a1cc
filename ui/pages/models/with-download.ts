import type { ValueOf } from '../../api.ts'
import type { AnyFrame } from '../../live.ts'

/** The facts of ten times a second change the list without asking for it again. Pure. */
export function withDownload(
  value: ValueOf<'listDownloads'>,
  frame: AnyFrame,
): ValueOf<'listDownloads'> | null {
  const { downloads } = value
  if (frame.topic === 'download.removed')
    return { downloads: downloads.filter(({ id }) => id !== frame.data.id) }
  if (frame.topic !== 'download.changed') return value
  const fresh = frame.data
  if (!downloads.some(({ id }) => id === fresh.id)) return { downloads: [fresh, ...downloads] }
  return { downloads: downloads.map(one => (one.id === fresh.id ? fresh : one)) }
}
