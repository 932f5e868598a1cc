import { globSync } from 'node:fs'
import { z } from 'zod'
import type { Operation } from '../../core/contract/endpoint.ts'
import { inProject } from '../project.ts'
import { code, codes, table } from './markdown.ts'
import { isOperation, shownPath } from './operations.ts'

/** The part of JSON Schema that requests use. `x-deviation`: where a field is not as in the API that it comes from. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly description?: string
  readonly 'x-deviation'?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

/** Whose API a file of the contract declares, in the order of the document. */
const dialects: readonly (readonly [title: string, file: string])[] = [
  ['Chat', 'chat'],
  ['Completions', 'completions'],
  ['Responses', 'responses'],
  ['Embeddings', 'embeddings'],
  ['Ranking', 'rerank'],
  ['Tokens and templates', 'text'],
  ['Anthropic’s messages', 'anthropic'],
  ['Ollama', 'ollama'],
  ['Ollama’s changes of models', 'ollama-manage'],
  ['llama.cpp’s server', 'llama-server'],
]

/** Deeper than this the names say it. */
const deepest = 3

/** A table for each operation of another API: every field that is read, and where it is not as there. */
export async function fieldsBlock(): Promise<string> {
  const known = new Map<unknown, string>()
  const parts: string[] = []
  for (const [title, file] of dialects) {
    const [path = ''] = globSync(`core/contract/${file}.ts`, { cwd: inProject() })
    const module = (await import(inProject(path))) as object
    // The order of a module's exports is nobody's promise.
    const operations = Object.values(module)
      .filter(isOperation)
      .sort(
        (one, two) => one.path.localeCompare(two.path, 'en') || one.method.localeCompare(two.method, 'en'),
      )
    const told = operations.flatMap(each => operationPart(each, known) ?? [])
    parts.push(`### ${title}\n\n${told.join('\n\n')}`)
  }
  return parts.join('\n\n')
}

/** `known`: the requests that have been told, and whose they are. */
function operationPart(operation: Operation, known: Map<unknown, string>): string | undefined {
  const { method, path, request, query, response } = operation
  const asked = request ?? query
  const rows = asked === undefined ? [] : fieldRows(jsonSchema(asked))
  if (rows.length === 0) return undefined
  const name = code(`${method.toUpperCase()} ${shownPath(path)}`)
  const other = known.get(asked)
  known.set(asked, other ?? name)
  const read = other
    ? `${name} reads what ${other} reads.`
    : `${name} reads:\n\n${table(['Field', 'Values', 'What it does', 'Not as there'], rows)}`
  const answer = jsonSchema(response)
  const fields = Object.keys(inner(answer, answer).properties ?? {})
  return fields.length === 0 ? read : `${read}\n\nIt answers with ${codes(fields)}.`
}

function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Schema
}

/** Without what may be left out, and with what is named elsewhere put in its place. */
function inner(schema: Schema, root: Pick<Schema, '$defs'>): Schema {
  const { $ref, ...beside } = schema
  if ($ref !== undefined) return inner({ ...root.$defs?.[$ref.replace('#/$defs/', '')], ...beside }, root)
  if (Array.isArray(schema.type)) {
    const { type: types, ...rest } = schema
    const anyOf = schema.type.filter(type => type !== 'null').map(type => ({ type }))
    return inner(types.length === 0 ? rest : { ...rest, anyOf }, root)
  }
  const choices = schema.anyOf?.filter(one => one.type !== 'null')
  const [only] = choices ?? []
  if (choices?.length !== 1 || only === undefined) return choices ? { ...schema, anyOf: choices } : schema
  const { anyOf: _, ...own } = schema
  return inner({ ...only, ...own }, root)
}

function fieldRows(root: Schema): string[][] {
  const rows: string[][] = []
  const add = (schema: Schema, prefix: string, depth: number) => {
    for (const [name, property] of Object.entries(inner(schema, root).properties ?? {})) {
      const field = inner(property, root)
      const key = `${prefix}${name}`
      rows.push([code(key), values(field, root), field.description ?? '', field['x-deviation'] ?? ''])
      if (depth >= deepest) continue
      for (const part of parts(field, root)) add(part.schema, `${key}${part.suffix}.`, depth + 1)
    }
  }
  add(root, '', 1)
  return rows
}

/** What has fields of its own: an object, the elements of a list, or such among several choices. */
function parts(field: Schema, root: Schema): { readonly schema: Schema; readonly suffix: string }[] {
  const choices = field.anyOf?.map(one => inner(one, root)) ?? [field]
  return choices.flatMap(one => {
    if (one.properties) return [{ schema: one, suffix: '' }]
    const element = one.items && inner(one.items, root)
    return element?.properties ? [{ schema: element, suffix: '[]' }] : []
  })
}

/** What may be written, in words. */
function values(schema: Schema, root: Schema): string {
  const { anyOf, items, minimum = -Infinity, maximum = Infinity, exclusiveMinimum } = schema
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  if (schema.enum) return schema.enum.map(one => code(String(one))).join(', ')
  if (anyOf) return [...new Set(anyOf.map(one => values(inner(one, root), root)))].join(' or ')
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'boolean':
      return 'true or false'
    case 'array':
      return items && Object.keys(items).length > 0 ? `list: ${values(inner(items, root), root)}` : 'list'
    case 'object':
      return 'object'
    case 'integer':
    case 'number': {
      const what = schema.type === 'integer' ? 'whole number' : 'number'
      if (exclusiveMinimum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
        return `${what} above ${exclusiveMinimum}, up to ${maximum}`
      const least = minimum > Number.MIN_SAFE_INTEGER
      if (least && maximum < Number.MAX_SAFE_INTEGER) return `${what}, ${minimum} to ${maximum}`
      return least ? `${what}, ${minimum} or more` : what
    }
    default:
      return '–'
  }
}
