import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PrefixCacheOptions } from '../../protocol.ts'
import { type StoredFile, toDelete } from './limits.ts'

/** A state on disk. */
export interface StoredState {
  readonly name: string
  readonly tokens: Uint32Array
  readonly bytes: number
}

/** What lies beside a state and says what it is. */
interface Note {
  readonly bytes: number
  readonly sha256: string
  /** 32-bit numbers in base64. */
  readonly tokens: string
}

/**
 * States of one model's prompts in a private folder of their own. A state counts only with its note, which is written
 * after it; both names are made of the tokens, so a state is written once. What is not as its note says is deleted.
 */
export class DiskStates {
  readonly #options: PrefixCacheOptions
  readonly #folder: string
  #known: StoredState[] = []

  /** @param identity names the model, so that no state of another one is read */
  constructor(options: PrefixCacheOptions, identity: string) {
    this.#options = options
    this.#folder = join(options.folder, identity)
  }

  get known(): readonly StoredState[] {
    return this.#known
  }

  /** Reads what is there from earlier. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await this.#prune()
    const names = new Set((await readdir(this.#folder)).map(file => file.replace(/\.\w+$/, '')))
    for (const name of names) {
      const note = await this.#note(name)
      if (note === undefined) await this.#delete(name)
      else this.#known.push({ name, tokens: unpack(note.tokens), bytes: note.bytes })
    }
  }

  has(tokens: ArrayLike<number>): boolean {
    const name = nameOf(tokens)
    return this.#known.some(each => each.name === name)
  }

  /** Keeps a state that `write` puts into the file it is given. */
  async save(
    tokens: ArrayLike<number>,
    write: (path: string) => Promise<unknown>,
  ): Promise<() => Promise<void>> {
    const name = nameOf(tokens)
    const unfinished = join(this.#folder, `${name}.part`)
    try {
      await write(unfinished)
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
    return () => this.#finish(name, Uint32Array.from(tokens), unfinished)
  }

  /** The file of a state that is as it was written; undefined, and gone, when it is not. */
  async open({ name, bytes }: StoredState): Promise<string | undefined> {
    const path = this.#path(name)
    const note = await this.#note(name)
    const sound = note !== undefined && note.bytes === bytes && (await digest(path)) === note.sha256
    if (!sound) {
      await this.#delete(name)
      return undefined
    }
    const now = new Date()
    await utimes(path, now, now)
    return path
  }

  async forget({ name }: StoredState): Promise<void> {
    await this.#delete(name)
  }

  async #finish(name: string, tokens: Uint32Array, unfinished: string): Promise<void> {
    await chmod(unfinished, 0o600)
    const { size } = await stat(unfinished)
    const note: Note = { bytes: size, sha256: (await digest(unfinished)) ?? '', tokens: pack(tokens) }
    await rename(unfinished, this.#path(name))
    await writeFile(join(this.#folder, `${name}.json`), JSON.stringify(note), { mode: 0o600 })
    // A shorter state of the same conversation is part of this one.
    for (const each of this.#known.filter(({ tokens: held }) => beginsWith(tokens, held)))
      await this.#delete(each.name)
    this.#known.push({ name, tokens, bytes: size })
    await this.#prune()
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.state`)
  }

  async #note(name: string): Promise<Note | undefined> {
    try {
      const note = JSON.parse(await readFile(join(this.#folder, `${name}.json`), 'utf8')) as Note
      return typeof note.tokens === 'string' && (await stat(this.#path(name))).size === note.bytes
        ? note
        : undefined
    } catch {
      // Whatever is wrong with it, it is not a state that can be used.
      return undefined
    }
  }

  async #delete(name: string): Promise<void> {
    this.#known = this.#known.filter(each => each.name !== name)
    await rm(join(this.#folder, `${name}.json`), { force: true })
    await rm(this.#path(name), { force: true })
    // What a crash has left.
    await rm(join(this.#folder, `${name}.part`), { force: true })
  }

  /** Keeps to the limits, those of other models' states included. */
  async #prune(): Promise<void> {
    const files: StoredFile[] = []
    for (const model of await readdir(this.#options.folder)) {
      for (const file of await readdir(join(this.#options.folder, model)).catch(() => [])) {
        if (!file.endsWith('.state')) continue
        const path = join(this.#options.folder, model, file)
        const found = await stat(path).catch(() => undefined)
        if (found !== undefined) files.push({ path, bytes: found.size, usedAt: found.mtimeMs })
      }
    }
    for (const { path } of toDelete(files, this.#options, Date.now())) {
      await rm(path.replace(/\.state$/, '.json'), { force: true })
      await rm(path, { force: true })
      this.#known = this.#known.filter(({ name }) => this.#path(name) !== path)
    }
  }
}

function nameOf(tokens: ArrayLike<number>): string {
  return createHash('sha256')
    .update(pack(Uint32Array.from(tokens)))
    .digest('hex')
    .slice(0, 40)
}

function pack(tokens: Uint32Array): string {
  return Buffer.from(tokens.buffer, tokens.byteOffset, tokens.byteLength).toString('base64')
}

function unpack(text: string): Uint32Array {
  return new Uint32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)
}

function beginsWith(tokens: Uint32Array, beginning: Uint32Array): boolean {
  return beginning.length < tokens.length && beginning.every((token, index) => tokens[index] === token)
}

/** undefined for a file that is not there. */
async function digest(path: string): Promise<string | undefined> {
  try {
    await (await open(path)).close()
  } catch {
    return undefined
  }
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(part as Buffer)
  return hash.digest('hex')
}
