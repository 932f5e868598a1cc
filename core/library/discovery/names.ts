/** What a file's name says: `Qwen3-8B-Q4_K_M-00001-of-00003.gguf` is part 1 of 3 of `Qwen3-8B-Q4_K_M`. */
export interface FileName {
  readonly stem: string
  readonly part: number
  readonly parts: number
}

const longestId = 120

/** Reads a file's name; `undefined` where it is not a model's: no `.gguf`, hidden, or a picture encoder (`mmproj`). */
export function parseFileName(name: string): FileName | undefined {
  const match = /^(?!\.)(.+?)(?:-(\d{5})-of-(\d{5}))?\.gguf$/i.exec(name)
  const stem = match?.[1]
  if (stem === undefined || /(^|[-_.])mmproj([-_.]|$)/i.test(stem)) return undefined
  return { stem, part: Number(match?.[2] ?? 1), parts: Number(match?.[3] ?? 1) }
}

/**
 * A model's id: lower case, `[a-z0-9._-]` only. `local-` is put before `gpt…` and `o…`, because clients send ids
 * with these beginnings to OpenAI's newer routes only (Continue leaves `/v1/completions` out for them).
 */
export function idOf(stem: string): string {
  const plain = slug(stem) || 'model'
  return /^(gpt|o)/.test(plain) ? `local-${plain}` : plain
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, longestId)
}

export interface Named {
  readonly id: string
  readonly aliases: readonly string[]
}

/** What a name is made from. */
export interface Nameable {
  readonly stem: string
  /** The folder it is in, which goes before the name where two have the same. */
  readonly folder: string
  /** Other names that it is known by. */
  readonly further?: readonly string[]
}

/**
 * Ids and aliases for files in the order of their rank. Who comes first keeps the plain id; the next one of that name
 * gets its folder's name before it, and a number where that is not enough. An id is never taken for an alias.
 */
export function nameAll(files: readonly Nameable[]): Named[] {
  const taken = new Set<string>()
  const plain = files.map(({ stem }) => {
    const id = idOf(stem)
    if (taken.has(id)) return undefined
    taken.add(id)
    return id
  })
  const ids = files.map(({ stem, folder }, index) => {
    const id = plain[index] ?? firstFree(idOf(`${folder}-${stem}`), taken)
    taken.add(id)
    return id
  })
  return files.map(({ stem, further = [] }, index) => {
    const id = ids[index] ?? ''
    const wanted = [stem.toLowerCase(), slug(stem), ...further.map(name => name.toLowerCase())]
    const names = [...new Set(wanted.filter(alias => alias !== '' && !taken.has(alias)))]
    for (const name of names) taken.add(name)
    const latest = [id, ...names.filter(name => !name.includes(':'))]
      .map(name => `${name}:latest`)
      .filter(name => !taken.has(name))
    for (const name of latest) taken.add(name)
    return { id, aliases: [...names, ...latest] }
  })
}

function firstFree(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id
  for (let number = 2; ; number++) if (!taken.has(`${id}-${number}`)) return `${id}-${number}`
}
