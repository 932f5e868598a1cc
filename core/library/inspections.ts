import { stat } from 'node:fs/promises'
import type { Inspection, Inspector } from '../engine/inspector/client.ts'

/** An inspection carries the chat template; that of most models is some 10 KB, the largest allowed 1 MB. */
const rememberedAtMost = 64

/**
 * An inspector that does not read the same file twice. The library asks before a model is loaded and the engine when
 * it is, and each reading costs a process of 0.1 s.
 */
export function rememberingInspector(inspector: Inspector): Inspector {
  const remembered = new Map<string, Inspection>()
  return {
    async inspect(path, signal) {
      const { ino, size, mtimeMs } = await stat(path).catch(() => ({ ino: 0, size: 0, mtimeMs: 0 }))
      const key = `${ino}:${size}:${mtimeMs}:${path}`
      const known = remembered.get(key)
      if (known !== undefined) return known
      const inspection = await inspector.inspect(path, signal)
      remembered.set(key, inspection)
      const [oldest] = remembered.keys()
      if (remembered.size > rememberedAtMost && oldest !== undefined) remembered.delete(oldest)
      return inspection
    },
  }
}
