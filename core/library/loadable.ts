import { createHash } from 'node:crypto'
import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { InstalledModel } from './types.ts'

/**
 * The file to give to llama.cpp, which finds the parts of a split model by their names and in one folder. In Hugging
 * Face's cache the parts' real files have neither: then links with the right names are made in a folder of our own,
 * rather than trusting links that others can change after they were looked at.
 */
export async function loadablePath(model: InstalledModel, links: string): Promise<string> {
  const { parts, path } = model
  if (parts.length <= 1 || areNamedAsParts(parts)) return path
  const folder = join(links, createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = parts.map((_part, index) => partName('model', index, parts.length))
  await Promise.all(names.map((name, index) => link(join(folder, name), parts[index] as string)))
  return join(folder, names[0] as string)
}

/** Whether the parts are where llama.cpp looks for them. */
function areNamedAsParts(parts: readonly string[]): boolean {
  const [first = ''] = parts
  const stem = /^(.*)-\d{5}-of-\d{5}\.gguf$/i.exec(basename(first))?.[1]
  if (stem === undefined) return false
  return parts.every(
    (part, index) =>
      dirname(part) === dirname(first) &&
      basename(part).toLowerCase() === partName(stem, index, parts.length).toLowerCase(),
  )
}

function partName(stem: string, index: number, of: number): string {
  const padded = (number: number) => String(number).padStart(5, '0')
  return `${stem}-${padded(index + 1)}-of-${padded(of)}.gguf`
}

async function link(path: string, target: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined)
  if (there?.isSymbolicLink() && (await readlink(path)) === target) return
  if (there !== undefined) await rm(path, { recursive: true })
  await symlink(target, path)
}
