import { readdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { InstalledModel } from '../types.ts'

/** Whether all of a model's files are in the folder of our own. Both are real paths. */
export function isOwn({ origin, parts }: InstalledModel, own: string): boolean {
  return origin === 'impetus' && parts.every(part => part.startsWith(own + sep))
}

/**
 * What goes when a model goes: its files, unless another model has them too, and the links and manifests by which its
 * program knows it.
 */
export async function belongingsOf(
  model: InstalledModel,
  all: readonly InstalledModel[],
): Promise<readonly string[]> {
  const shared = new Set(all.filter(other => other.id !== model.id).flatMap(other => other.parts))
  const files = model.parts.filter(part => !shared.has(part))
  const links = model.origin === 'huggingface' ? await linksTo(files) : []
  return [...new Set([...(model.references ?? []), ...links, ...files])]
}

const deepest = 4

/** In Hugging Face's cache every revision has a link to the same file: all would lead nowhere. */
async function linksTo(blobs: readonly string[]): Promise<string[]> {
  const found: string[] = []
  const wanted = new Set(blobs)
  const snapshots = new Set(blobs.flatMap(blob => /^(.*)[/\\]blobs[/\\][^/\\]+$/.exec(blob)?.[1] ?? []))
  const look = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && depth < deepest) await look(path, depth + 1)
      else if (entry.isSymbolicLink()) {
        const target = await realpath(path).catch(() => undefined)
        if (target !== undefined && wanted.has(target)) found.push(path)
      }
    }
  }
  for (const repo of snapshots) await look(join(repo, 'snapshots'), 0)
  return found
}
