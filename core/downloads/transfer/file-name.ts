import { ImpetusError } from '../../contract/errors.ts'

/** File systems allow 255; the rest is room for a prefix when two models share a name. */
const longestName = 200

/** Names that open a device on Windows, whatever follows the first dot. A models folder may lie on a shared disk. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/**
 * The name under which a file from a listing may be kept: the last part of its path, when every part is harmless.
 * Listings are written by strangers.
 *
 * @throws ImpetusError `unsafe_filename`
 */
export function safeFileName(path: string): string {
  const parts = path.split('/')
  for (const part of parts) {
    const fault = faultIn(part)
    if (fault !== undefined) {
      throw new ImpetusError(
        'unsafe_filename',
        `The file ${shown(path)} is not fetched: its name ${fault}. Take this model from somebody who gives it a plain name.`,
      )
    }
  }
  return parts.at(-1) as string
}

function faultIn(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'leads to another folder'
  if (name.includes('\\')) return 'has a backslash'
  // Control and format characters (bidirectional overrides make ".exe" look like ".gguf"), half surrogates, line ends.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.test(name)) return 'has invisible characters'
  if (/[:*?"<>|]/.test(name)) return 'has characters that are not allowed everywhere'
  if (name.startsWith('.')) return 'is that of a hidden file'
  if (/^\s|[\s.]$/.test(name)) return 'begins or ends with a space or a dot'
  if (deviceName.test(name)) return 'is reserved on some systems'
  if (Buffer.byteLength(name) > longestName) return `is longer than ${longestName} bytes`
  return undefined
}

/** A hostile name for a message: escaped and cut. */
export function shown(name: string): string {
  const cut = name.length > 60 ? `${name.slice(0, 60)}…` : name
  // JSON leaves bidirectional overrides as they are.
  return JSON.stringify(cut).replace(/\p{Cf}/gu, character => `\\u${character.charCodeAt(0).toString(16)}`)
}

/**
 * Names that nothing has yet: the names themselves, then with the owner before them, then with a number too. Before,
 * because the end of a split file's names carries the part number; alike for all, because that is how parts are found.
 */
export function freeNames(
  names: readonly string[],
  owner: string | null,
  isTaken: (name: string) => boolean,
): readonly string[] {
  for (let number = 0; ; number++) {
    const prefix = [
      number > 0 ? owner?.slice(0, 30) : undefined,
      number > 1 || (number === 1 && !owner) ? number : undefined,
    ]
      .filter(part => part !== undefined && part !== null)
      .map(part => `${part}-`)
      .join('')
    const candidates = names.map(name => `${prefix}${name}`)
    if (!candidates.some(isTaken)) return candidates
  }
}

/** What two names are to a file system that ignores case and Unicode form, as those of Macs do. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

export interface SplitPart {
  /** The name without the part number and the ending. */
  readonly stem: string
  readonly part: number
  readonly of: number
}

/** Reads `stem-00001-of-00003.gguf`. */
export function splitPart(name: string): SplitPart | undefined {
  const match = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i.exec(name)
  if (match === null) return undefined
  const [, stem = '', part, of] = match
  const split = { stem, part: Number(part), of: Number(of) }
  return split.part >= 1 && split.part <= split.of ? split : undefined
}
