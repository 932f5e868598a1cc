import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Log } from '../../platform/log.ts'

/** Milliseconds of quiet before a change is told, and the longest that it is held back while changes go on. */
export interface Pace {
  readonly quiet: number
  readonly atMost: number
}

/** Whether what happened to an entry of a directory can have changed the models. */
type Matters = (name: string | null, kind: string) => boolean

/**
 * Hears of changes in directories from the system; nothing polls. One watch per directory: the recursive kind takes a
 * watch per file on Linux and walks the tree with blocking calls.
 */
export class FolderWatch {
  readonly #changed: () => void
  readonly #log: Log
  readonly #pace: Pace
  readonly #watchers = new Map<string, FSWatcher>()
  /** What matters of each watched directory now. */
  #wanted = new Map<string, Matters>()
  #timer: NodeJS.Timeout | undefined
  #since: number | undefined
  #complained = false

  constructor(changed: () => void, log: Log, pace: Pace = { quiet: 250, atMost: 2000 }) {
    this.#changed = changed
    this.#log = log
    this.#pace = pace
  }

  /**
   * Watches exactly these from now on; a missing folder through the nearest one above it that is there.
   * @returns whether a watch is new: what changed before it began was not heard
   */
  async set(directories: readonly string[], missing: readonly string[]): Promise<boolean> {
    const wanted = new Map<string, Matters>()
    const awaited = new Map<string, Set<string>>()
    for (const folder of missing) {
      const { parent, child } = await nearest(folder)
      awaited.set(parent, (awaited.get(parent) ?? new Set()).add(child))
    }
    for (const [parent, children] of awaited) wanted.set(parent, name => name === null || children.has(name))
    for (const directory of directories) wanted.set(directory, isOfInterest)
    this.#wanted = wanted
    for (const [path, watcher] of this.#watchers) {
      if (wanted.has(path)) continue
      watcher.close()
      this.#watchers.delete(path)
    }
    const added = [...wanted.keys()].filter(path => !this.#watchers.has(path))
    return added.map(path => this.#watch(path)).includes(true)
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(path: string): boolean {
    try {
      const watcher = watch(path, { persistent: false }, (kind, name) => {
        if (this.#wanted.get(path)?.(name, kind)) this.#hear()
      })
      watcher.on('error', error => this.#lost(path, error))
      this.#watchers.set(path, watcher)
      return true
    } catch (error) {
      this.#lost(path, error)
      return false
    }
  }

  #lost(path: string, error: unknown): void {
    this.#watchers.get(path)?.close()
    this.#watchers.delete(path)
    if (this.#complained) return
    this.#complained = true
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    this.#log.warn('a model folder cannot be watched: new files in it are found when they are asked for', {
      why,
    })
  }

  #hear(): void {
    const now = performance.now()
    this.#since ??= now
    const wait = Math.max(0, Math.min(this.#pace.quiet, this.#since + this.#pace.atMost - now))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#since = undefined
      this.#changed()
    }, wait).unref()
  }
}

/** New, renamed and removed entries, and growing model files; not the bytes that arrive in a `.part` file. */
function isOfInterest(name: string | null, kind: string): boolean {
  return kind === 'rename' || name === null || /\.gguf$/i.test(name)
}

async function nearest(folder: string): Promise<{ parent: string; child: string }> {
  let child = basename(folder)
  let parent = dirname(folder)
  while (parent !== dirname(parent) && !(await stat(parent).catch(() => undefined))?.isDirectory()) {
    child = basename(parent)
    parent = dirname(parent)
  }
  return { parent, child }
}
