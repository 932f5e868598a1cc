import { ImpetusError } from '../../contract/errors.ts'

export type SchemaObject = Readonly<Record<string, unknown>>
export type Schema = boolean | SchemaObject

/** What one schema may have: more is refused as hostile. The largest tool seen from real agents has 2,000 nodes. */
const maxDepth = 64
const maxNodes = 50_000
const maxCharacters = 512 * 1024

/** Keywords whose values are data, not schemas: a `$ref` in them means nothing. */
const dataKeywords = new Set(['enum', 'const', 'default', 'examples', 'example'])

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'boolean' || isObject(value)
}

/**
 * A schema as a client sent it: within bounds, every place in it known, references resolvable.
 * Refuses with `invalid_value` what is too deep, too large or no schema.
 */
export class SchemaDocument {
  readonly root: Schema
  readonly #param: string
  readonly #places = new Map<object, { readonly parent: object | undefined; readonly key: string }>()
  readonly #anchors = new Map<string, Schema>()

  /** `param` is the request field that holds the schema; errors name places below it. */
  constructor(root: unknown, param: string) {
    this.#param = param
    if (!isSchema(root))
      throw new ImpetusError('invalid_type', `"${param}" must be a JSON Schema object.`, { param })
    this.root = root
    this.#walk(root)
  }

  /** Where in the document this object is, as `properties.name.items`; '' for the root. */
  path(schema: object): string {
    const keys: string[] = []
    for (let place = this.#places.get(schema); place?.parent; place = this.#places.get(place.parent)) {
      keys.unshift(place.key)
    }
    return keys.join('.')
  }

  refuse(schema: object | undefined, why: string): ImpetusError {
    const path = schema ? this.path(schema) : ''
    const param = [this.#param, path].filter(part => part !== '').join('.')
    return new ImpetusError('invalid_value', `The schema at "${param}" ${why}`, { param })
  }

  /** What a reference points at, within this document; undefined for anything outside of it. */
  resolve(reference: string): Schema | undefined {
    const hash = reference.indexOf('#')
    const base = hash < 0 ? reference : reference.slice(0, hash)
    const fragment = hash < 0 ? '' : decode(reference.slice(hash + 1))
    let target: unknown = base === '' ? this.root : this.#anchors.get(base)
    if (fragment !== '' && !fragment.startsWith('/')) return this.#anchors.get(`#${fragment}`)
    for (const key of fragment.split('/').slice(1)) {
      if (typeof target !== 'object' || target === null) return undefined
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~')
      target = Object.hasOwn(target, name) ? (target as SchemaObject)[name] : undefined
    }
    return isSchema(target) ? target : undefined
  }

  /** Measures, and notes places and anchors; an own stack, because the depth is not known yet. */
  #walk(root: Schema): void {
    let nodes = 0
    let length = 0
    const todo: { value: unknown; parent: object | undefined; key: string; depth: number; data: boolean }[] =
      [{ value: root, parent: undefined, key: '', depth: 0, data: false }]
    for (let item = todo.pop(); item; item = todo.pop()) {
      const { value, parent, key, depth, data } = item
      nodes += 1
      length += key.length + (typeof value === 'string' ? value.length : 1)
      if (nodes > maxNodes || length > maxCharacters)
        throw this.refuse(undefined, 'is too large. Send a smaller one.')
      if (typeof value !== 'object' || value === null) continue
      if (depth > maxDepth)
        throw this.refuse(undefined, `is nested over ${maxDepth} levels deep. Flatten it.`)
      this.#places.set(value, { parent, key })
      if (!data) this.#noteAnchors(value)
      for (const [name, child] of Object.entries(value)) {
        const isData = data || dataKeywords.has(name)
        todo.push({ value: child, parent: value, key: name, depth: depth + 1, data: isData })
      }
    }
  }

  #noteAnchors(value: object): void {
    if (!isObject(value)) return
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const name = value[keyword]
      if (typeof name === 'string') this.#anchors.set(`#${name}`, value)
    }
    const id = value.$id ?? value.id
    if (typeof id === 'string') this.#anchors.set(id.replace(/#$/, ''), value)
  }
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    // A stray "%": taken as it stands, it will not resolve or it will.
    return fragment
  }
}
