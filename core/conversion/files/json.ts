import { printable, Refusal } from '../refusal.ts'
import type { ModelFolder } from './folder.ts'

/** The largest tokenizer.json in use has 35 MB. */
const mostJsonBytes = 64 * 1024 * 1024

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws Refusal where the file is missing, too large or no JSON object */
export function readJson(folder: ModelFolder, name: string): JsonObject {
  return parseObject(folder.read(name, mostJsonBytes), name)
}

/** As `readJson`, and an empty object where the file is missing. */
export function readJsonIfThere(folder: ModelFolder, name: string): JsonObject {
  return folder.has(name) ? readJson(folder, name) : {}
}

export function parseObject(bytes: Uint8Array, name: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Refusal(`"${printable(name)}" is not valid JSON. Fetch it again.`)
  }
  if (!isObject(value)) throw new Refusal(`"${printable(name)}" should hold one JSON object.`)
  return value
}

/** Typed looks into a JSON object of unknown shape. A value of the wrong type is refused, never taken as missing. */
export class Fields {
  readonly #object: JsonObject
  readonly #file: string

  constructor(object: JsonObject, file: string) {
    this.#object = object
    this.#file = file
  }

  /** The same with these values in place of missing ones. */
  withDefaults(defaults: JsonObject): Fields {
    const missing = Object.entries(defaults).filter(([key]) => !this.has(key))
    return new Fields({ ...this.#object, ...Object.fromEntries(missing) }, this.#file)
  }

  /** `null` counts as not there, as these files use it. */
  has(key: string): boolean {
    return this.raw(key) !== undefined
  }

  raw(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? undefined) : undefined
  }

  whole(key: string, least: number, most: number): number {
    const value = this.wholeIfThere(key, least, most)
    if (value === undefined) throw new Refusal(`"${this.#file}" does not say "${key}".`)
    return value
  }

  wholeIfThere(key: string, least: number, most: number): number | undefined {
    const value = this.raw(key)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    throw this.#wrong(key, `a whole number from ${least} to ${most}`)
  }

  number(key: string): number | undefined {
    const value = this.raw(key)
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
    throw this.#wrong(key, 'a number')
  }

  text(key: string): string | undefined {
    const value = this.raw(key)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrong(key, 'a text')
  }

  flag(key: string): boolean | undefined {
    const value = this.raw(key)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.#wrong(key, 'true or false')
  }

  object(key: string): Fields | undefined {
    const value = this.raw(key)
    if (value === undefined) return undefined
    if (isObject(value)) return new Fields(value, this.#file)
    throw this.#wrong(key, 'an object')
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.raw(key)
    if (value === undefined || Array.isArray(value)) return value
    throw this.#wrong(key, 'a list')
  }

  #wrong(key: string, wanted: string): Refusal {
    return new Refusal(`"${key}" in "${this.#file}" should be ${wanted}.`)
  }
}
