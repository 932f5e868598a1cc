import { dirname, join } from 'node:path'
import { type FileName, nameAll, parseFileName } from './names.ts'
import type { FoundFile } from './scan.ts'
import type { InstalledModel } from './types.ts'

interface Group {
  readonly stem: string
  readonly partsExpected: number
  readonly parts: (FoundFile & FileName)[]
}

/** The models that these files are, split ones joined, with their ids. Files that are no models' are left out. */
export function assemble(
  files: readonly FoundFile[],
  descriptions: ReadonlyMap<string, string> = new Map(),
): InstalledModel[] {
  const groups = new Map<string, Group>()
  for (const file of files) {
    const name = parseFileName(file.name)
    if (name === undefined) continue
    const split = name.parts > 1
    const key = split ? join(dirname(file.path), `${name.stem} of ${name.parts}`) : file.path
    const group = groups.get(key) ?? { stem: name.stem, partsExpected: name.parts, parts: [] }
    groups.set(key, group)
    group.parts.push({ ...file, ...name })
  }
  const whole = [...groups.values()].flatMap(group => {
    const parts = group.parts.toSorted((a, b) => a.part - b.part)
    const [first] = parts
    // Without its first part nothing can be said about a split model, nor loaded.
    return first?.part === 1 ? [{ ...group, parts, first }] : []
  })
  const names = nameAll(whole.map(({ stem, first }) => ({ stem, path: first.path })))
  return whole.map(({ first, parts, partsExpected }, index) => ({
    id: names[index]?.id ?? '',
    aliases: names[index]?.aliases ?? [],
    path: first.path,
    parts: parts.map(part => part.path),
    partsExpected,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    origin: first.origin,
    format: 'gguf',
    modifiedAt: Math.max(...parts.map(part => part.modifiedAt)),
    fingerprint: parts.map(part => `${part.inode}:${part.bytes}:${part.modifiedAt}`).join(' '),
    description: descriptions.get(first.path) ?? null,
  }))
}
