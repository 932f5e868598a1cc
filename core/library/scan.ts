import type { Dirent } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import type { Origin } from './types.ts'

export interface Folder {
  /** Also a single file. */
  readonly path: string
  readonly origin: Origin
}

/** A regular file whose name ends in `.gguf`. Its content has not been looked at. */
export interface FoundFile {
  /** Real path: no symbolic link in it. */
  readonly path: string
  /** The name it goes by, which is the link's where a link led here. */
  readonly name: string
  readonly origin: Origin
  readonly bytes: number
  readonly modifiedAt: number
  readonly inode: number
}

export interface Scan {
  /** By rank: folders in their order, then path. Each real file once. */
  readonly files: readonly FoundFile[]
  /** Every directory that was read, to be watched. */
  readonly directories: readonly string[]
  /** Folders that are not there (yet). */
  readonly missing: readonly string[]
  /** What could not be read or was too much, in words. */
  readonly problems: readonly string[]
}

/** No real collection is near these; a folder that is, is the wrong folder (`/`, a build tree). */
const limits = { depth: 8, directories: 5000, files: 20_000 } as const

/**
 * Looks for model files below the folders, without opening any. A symbolic link counts only where it leads to a
 * regular file inside one of the folders; linked directories, pipes, devices and sockets are passed over.
 */
export async function scanFolders(folders: readonly Folder[]): Promise<Scan> {
  const walk = new Walk()
  const roots: Folder[] = []
  for (const folder of folders) {
    const path = await realpath(folder.path).catch(() => undefined)
    if (path === undefined) walk.missing.push(folder.path)
    else roots.push({ ...folder, path })
  }
  for (const root of roots) await walk.root(root.path, root.origin)
  await walk.follow(roots.map(root => root.path))
  return walk
}

/** Whether `path` is `folder` or below it. Both are real paths. */
function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

class Walk implements Scan {
  readonly files: FoundFile[] = []
  readonly directories: string[] = []
  readonly missing: string[] = []
  readonly problems: string[] = []
  readonly #links: { path: string; name: string; origin: Origin }[] = []
  readonly #seen = new Set<string>()

  async root(path: string, origin: Origin): Promise<void> {
    const stats = await lstat(path)
    if (stats.isFile()) this.#add(await this.#look(path, basename(path), origin))
    else await this.#directory(path, origin, 0)
  }

  async #directory(path: string, origin: Origin, depth: number): Promise<void> {
    // One folder can be inside another one; the first in order has it.
    if (this.#seen.has(path)) return
    this.#seen.add(path)
    if (depth > limits.depth || this.directories.length >= limits.directories) {
      this.#problem('There are too many folders; some were not looked into.')
      return
    }
    this.directories.push(path)
    let entries: Dirent[]
    try {
      entries = await readdir(path, { withFileTypes: true })
    } catch {
      this.#problem('A folder could not be read; check its permissions.')
      return
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    const visible = entries.filter(entry => !entry.name.startsWith('.'))
    const files = visible.filter(entry => entry.isFile() && isModelName(entry.name))
    const found = await Promise.all(files.map(({ name }) => this.#look(join(path, name), name, origin)))
    for (const file of found) this.#add(file)
    for (const { name } of visible.filter(entry => entry.isSymbolicLink() && isModelName(entry.name))) {
      this.#links.push({ path: join(path, name), name, origin })
    }
    for (const entry of visible) {
      if (entry.isDirectory()) await this.#directory(join(path, entry.name), origin, depth + 1)
    }
  }

  /** Links come last, so that a file listed by its own name is not listed again by a link's. */
  async follow(roots: readonly string[]): Promise<void> {
    for (const { path, name, origin } of this.#links) {
      const target = await realpath(path).catch(() => undefined)
      if (target === undefined || !roots.some(root => isInside(target, root))) continue
      this.#add(await this.#look(target, name, origin))
    }
  }

  async #look(path: string, name: string, origin: Origin): Promise<FoundFile | undefined> {
    // A file can vanish between being listed and being looked at: then it is not there.
    const stats = await lstat(path).catch(() => undefined)
    if (!stats?.isFile()) return undefined
    const { size: bytes, mtimeMs: modifiedAt, ino: inode } = stats
    return { path, name, origin, bytes, modifiedAt, inode }
  }

  #add(file: FoundFile | undefined): void {
    if (file === undefined || this.#seen.has(file.path)) return
    this.#seen.add(file.path)
    if (this.files.length < limits.files) this.files.push(file)
    else this.#problem('There are too many model files; some are not listed.')
  }

  #problem(text: string): void {
    if (!this.problems.includes(text)) this.problems.push(text)
  }
}

function isModelName(name: string): boolean {
  return /\.gguf$/i.test(name)
}
