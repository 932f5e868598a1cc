import { readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { printable, Refusal } from '../refusal.ts'
import { OpenFile } from './open-file.ts'

/** More than any model's folder holds; the rest is not looked at. */
const mostEntries = 10_000

/**
 * A model's folder. Only plain names inside of it are opened: an index that names `../../x` or a link that leads out
 * must not bring another file's content into a model that is then passed on.
 */
export class ModelFolder {
  readonly path: string
  /** Names of the files in it, links to files included, sorted. */
  readonly names: readonly string[]
  readonly #roots: readonly string[]
  readonly #open = new Map<string, OpenFile>()

  constructor(path: string) {
    this.path = realpathSync(path)
    this.names = readdirSync(this.path, { withFileTypes: true })
      .slice(0, mostEntries)
      .filter(entry => entry.isFile() || entry.isSymbolicLink())
      .map(entry => entry.name)
      .sort()
    this.#roots = [this.path, ...blobsBeside(this.path)]
  }

  get title(): string {
    return titleOf(this.path)
  }

  has(name: string): boolean {
    return this.names.includes(name)
  }

  /** Opened once; `close` closes all. @throws Refusal for a name that leads out of the folder or to no file */
  open(name: string): OpenFile {
    const known = this.#open.get(name)
    if (known !== undefined) return known
    if (name !== basename(name) || name === '' || name.startsWith('.') || name.includes('\\'))
      throw new Refusal(`It names a file "${printable(name)}", which is no plain name in its folder.`)
    if (!this.has(name)) throw new Refusal(`Its file "${printable(name)}" is missing. Fetch it again.`)
    const path = this.#real(name)
    if (!this.#roots.some(root => path.startsWith(root + sep)))
      throw new Refusal(`Its file "${printable(name)}" is a link that leads out of the folder.`)
    const file = new OpenFile(path, name)
    this.#open.set(name, file)
    return file
  }

  /** A whole small file. @throws Refusal where it is larger than `mostBytes` */
  read(name: string, mostBytes: number): Buffer {
    const file = this.open(name)
    if (file.size > mostBytes)
      throw new Refusal(`"${name}" has ${file.size} bytes; at most ${mostBytes} are read of such a file.`)
    return file.read(0, file.size)
  }

  /** Bytes of all files together; links that lead nowhere count nothing. */
  bytes(): number {
    return this.names.reduce((sum, name) => sum + sizeOf(join(this.path, name)), 0)
  }

  close(): void {
    for (const file of this.#open.values()) file.close()
    this.#open.clear()
  }

  #real(name: string): string {
    try {
      return realpathSync(join(this.path, name))
    } catch {
      throw new Refusal(`Its file "${printable(name)}" is a link that leads nowhere. Fetch it again.`)
    }
  }
}

function sizeOf(path: string): number {
  try {
    const status = statSync(path)
    return status.isFile() ? status.size : 0
  } catch {
    // Gone meanwhile, or a link that leads nowhere or in a circle.
    return 0
  }
}

/** The hub's cache keeps `snapshots/REVISION/…` as links into `blobs` beside it. */
function blobsBeside(path: string): string[] {
  const snapshots = dirname(path)
  return basename(snapshots) === 'snapshots' ? [join(dirname(snapshots), 'blobs')] : []
}

/** What a person would call a model in this folder; in the hub's cache the folder itself is named by a hash. */
function titleOf(path: string): string {
  const snapshots = dirname(path)
  if (basename(snapshots) !== 'snapshots') return basename(path)
  return basename(dirname(snapshots)).split('--').at(-1) ?? basename(path)
}
