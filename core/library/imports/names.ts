/** How files are named in the folder of our own; the rules are those for fetched files. */
export interface Naming {
  /** @throws ImpetusError `unsafe_filename` */
  readonly safeFileName: (name: string) => string
  /** The names themselves, or with something before them where one is taken. */
  readonly freeNames: (
    names: readonly string[],
    owner: string | null,
    isTaken: (name: string) => boolean,
  ) => readonly string[]
  /** What two names are to a file system that ignores case. */
  readonly foldedName: (name: string) => string
}

/** `stem-00001-of-00003.gguf`: every name of the model, in order; else the name alone. */
export function allParts(name: string): readonly string[] {
  const [, stem, , of] = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i.exec(name) ?? []
  const parts = Number(of)
  if (stem === undefined || !(parts > 1) || parts > mostParts) return [name]
  return Array.from({ length: parts }, (_, index) => partName(stem, index, parts))
}

const mostParts = 1000

/** The same names with another stem. @param wanted with or without the ending */
export function renamed(names: readonly string[], wanted: string): readonly string[] {
  const stem = wanted.replace(/\.gguf$/i, '')
  if (names.length === 1) return [`${stem}.gguf`]
  return names.map((_name, index) => partName(stem, index, names.length))
}

function partName(stem: string, index: number, of: number): string {
  const padded = (number: number) => String(number).padStart(5, '0')
  return `${stem}-${padded(index + 1)}-of-${padded(of)}.gguf`
}
