import { dirname, join } from 'node:path'
import type { ForeignFile, InstalledModel } from '../types.ts'
import { type FileName, nameAll, parseFileName } from './names.ts'
import type { FoundFile, FoundForeign } from './scan.ts'

interface Group {
  readonly stem: string
  readonly partsExpected: number
  readonly parts: (FoundFile & FileName)[]
}

export interface Assembled {
  readonly models: readonly InstalledModel[]
  readonly foreign: readonly ForeignFile[]
}

/** The models that these files are, split ones joined, with their ids. Files that are no models' are left out. */
export function assemble(
  files: readonly FoundFile[],
  others: readonly FoundForeign[] = [],
  descriptions: ReadonlyMap<string, string> = new Map(),
): Assembled {
  const whole = wholeGroups(files)
  const names = nameAll([
    ...whole.map(({ stem, first }) => ({ stem, folder: first.folder, further: first.ollama?.names ?? [] })),
    ...others.map(({ name, path }) => ({ stem: name, folder: `${dirname(path)}/` })),
  ])
  const models = whole.map(({ first, parts, partsExpected }, index): InstalledModel => {
    const references = parts.flatMap(part => part.references ?? [])
    return {
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
      ...(references.length > 0 && { references }),
      ...(first.source !== undefined && { source: first.source }),
      ...(first.ollama !== undefined && { ollama: first.ollama }),
    }
  })
  const foreign = others.map(({ path, origin, bytes, modifiedAt, fingerprint }, index) => ({
    id: names[whole.length + index]?.id ?? '',
    path,
    origin,
    bytes,
    modifiedAt,
    fingerprint,
  }))
  return { models, foreign }
}

function wholeGroups(files: readonly FoundFile[]) {
  const groups = new Map<string, Group>()
  for (const [index, file] of files.entries()) {
    const name = parseFileName(file.name)
    if (name === undefined) continue
    const split = name.parts > 1
    // Parts that are links are together where the links are.
    const folder = dirname(file.references?.[0] ?? file.path)
    const key = split ? join(folder, `${name.stem} of ${name.parts}`) : String(index)
    const group = groups.get(key) ?? { stem: name.stem, partsExpected: name.parts, parts: [] }
    groups.set(key, group)
    group.parts.push({ ...file, ...name })
  }
  return [...groups.values()].flatMap(group => {
    const parts = group.parts.toSorted((a, b) => a.part - b.part)
    const [first] = parts
    // Without its first part nothing can be said about a split model, nor loaded.
    return first?.part === 1 ? [{ ...group, parts, first }] : []
  })
}
