import type { Dirent } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { OllamaFacts, Origin } from '../types.ts'
import { foreignIn, isForeignFolder } from './foreign.ts'
import { readOllama } from './ollama.ts'

export interface Folder {
  /** Also a single file. */
  readonly path: string
  readonly origin: Origin
}

/** A regular file that is to be a GGUF model by its name, or by what its program says. Its content has not been looked at. */
export interface FoundFile {
  /** Real path: no symbolic link in it. */
  readonly path: string
  /** The name it goes by, which is the link's where a link led here. */
  readonly name: string
  readonly origin: Origin
  readonly bytes: number
  readonly modifiedAt: number
  readonly inode: number
  /** The folder it is in as people see it: told apart by it where two have one name. */
  readonly folder: string
  /** The links or manifests that led here. */
  readonly references?: readonly string[]
  readonly source?: string
  readonly ollama?: OllamaFacts
}

/** What looks like a model in another format: one folder or file. */
export interface FoundForeign {
  readonly path: string
  readonly name: string
  readonly origin: Origin
  readonly bytes: number
  readonly modifiedAt: number
  readonly fingerprint: string
}

export interface Scan {
  /** By rank: folders in their order, then path. Each real file once. */
  readonly files: readonly FoundFile[]
  readonly foreign: readonly FoundForeign[]
  /** Every directory that was read, to be watched. */
  readonly directories: readonly string[]
  /** Folders that are not there (yet). */
  readonly missing: readonly string[]
  /** What could not be read or was too much, in words. */
  readonly problems: readonly string[]
}

/** No real collection is near these; a folder that is, is the wrong folder (`/`, a build tree). */
const limits = { depth: 8, directories: 5000, files: 20_000, foreign: 5000 } as const

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
  walk.roots = roots.map(root => root.path)
  for (const root of roots) await walk.root(root.path, root.origin)
  await walk.follow()
  return walk
}

/** Whether `path` is `folder` or below it. Both are real paths. */
function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

interface Link {
  readonly path: string
  readonly name: string
  readonly origin: Origin
}

class Walk implements Scan {
  /** Real paths: what is a link leads somewhere below one of them, or nowhere. */
  roots: readonly string[] = []
  readonly files: FoundFile[] = []
  readonly foreign: FoundForeign[] = []
  readonly directories: string[] = []
  readonly missing: string[] = []
  readonly problems: string[] = []
  readonly #links: Link[] = []
  readonly #seen = new Set<string>()

  async root(path: string, origin: Origin): Promise<void> {
    const stats = await lstat(path)
    if (stats.isFile()) this.#add(await this.#look({ path, name: basename(path), origin }))
    else if (origin === 'ollama') await this.#ollama(path)
    else await this.#directory(path, origin, 0)
  }

  async #ollama(root: string): Promise<void> {
    const { models, directories, problems } = await readOllama(root)
    for (const directory of directories) if (!this.#isSeen(directory)) this.directories.push(directory)
    for (const problem of problems) this.#problem(problem)
    for (const { blob, manifests, ...model } of models) {
      const found = await this.#look({ path: blob, name: `${model.name}.gguf`, origin: 'ollama' })
      // Two models may share their weights and differ in everything else.
      if (found !== undefined)
        this.#add({ ...found, ...model, name: found.name, references: manifests }, model.key)
    }
  }

  async #directory(path: string, origin: Origin, depth: number): Promise<void> {
    // One folder can be inside another one; the first in order has it.
    if (this.#isSeen(path)) return
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
    const found = await Promise.all(
      files.map(({ name }) => this.#look({ path: join(path, name), name, origin })),
    )
    for (const file of found) this.#add(file)
    for (const { name } of visible.filter(entry => entry.isSymbolicLink() && isModelName(entry.name))) {
      this.#links.push({ path: join(path, name), name, origin })
    }
    for (const one of await foreignIn(path, visible, origin, link => this.#allowed(link))) {
      if (this.foreign.length < limits.foreign && !this.#isSeen(one.path, 'foreign')) this.foreign.push(one)
    }
    for (const entry of visible) {
      if (entry.isDirectory() && belongs(origin, entry.name, depth) && !isForeignFolder(entry.name))
        await this.#directory(join(path, entry.name), origin, depth + 1)
    }
  }

  /** Links come last, so that a file listed by its own name is not listed again by a link's. */
  async follow(): Promise<void> {
    for (const link of this.#links) {
      const target = await this.#allowed(link.path)
      if (target === undefined) continue
      const found = await this.#look({ ...link, path: target })
      if (found !== undefined)
        this.#add({
          ...found,
          ...origins(link),
          folder: basename(dirname(link.path)),
          references: [link.path],
        })
    }
  }

  async #look({ path, name, origin }: Link): Promise<FoundFile | undefined> {
    // A file can vanish between being listed and being looked at: then it is not there.
    const stats = await lstat(path).catch(() => undefined)
    if (!stats?.isFile()) return undefined
    const { size: bytes, mtimeMs: modifiedAt, ino: inode } = stats
    const folder = basename(dirname(path))
    return { path, name, origin, bytes, modifiedAt, inode, folder, ...origins({ path, name, origin }) }
  }

  #add(file: FoundFile | undefined, key = ''): void {
    if (file === undefined || this.#isSeen(file.path, key)) return
    if (this.files.length < limits.files) this.files.push(file)
    else this.#problem('There are too many model files; some are not listed.')
  }

  /** What a link leads to, where that is inside one of the folders. */
  async #allowed(link: string): Promise<string | undefined> {
    const target = await realpath(link).catch(() => undefined)
    return target !== undefined && this.roots.some(root => isInside(target, root)) ? target : undefined
  }

  #isSeen(path: string, key = ''): boolean {
    const seen = `${path}\0${key}`
    if (this.#seen.has(seen)) return true
    this.#seen.add(seen)
    return false
  }

  #problem(text: string): void {
    if (!this.problems.includes(text)) this.problems.push(text)
  }
}

/** Of Hugging Face's cache only the snapshots are looked at: what is in `blobs` has no names. */
function belongs(origin: Origin, name: string, depth: number): boolean {
  if (origin !== 'huggingface') return true
  if (depth === 0) return name.startsWith('models--')
  return depth > 1 || name === 'snapshots'
}

/** The repository that a file in Hugging Face's cache is of, or the publisher in LM Studio's layout. */
function origins({ path, origin }: Link): Pick<FoundFile, 'source'> {
  if (origin === 'huggingface') {
    const repo = /[/\\]models--([^/\\]+)[/\\]/.exec(path)?.[1]?.replace('--', '/')
    return repo === undefined ? {} : { source: repo }
  }
  if (origin !== 'lmstudio') return {}
  const [model = '', publisher = ''] = dirname(path).split(sep).reverse()
  return publisher === '' ? {} : { source: `${publisher}/${model}` }
}

function isModelName(name: string): boolean {
  return /\.gguf$/i.test(name)
}
