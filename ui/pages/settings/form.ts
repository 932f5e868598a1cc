/** JSON Schema, as far as the settings use it. */
export interface Schema {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly restart?: boolean
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
}

export interface Field {
  /** `server.port` */
  readonly key: string
  readonly title: string
  readonly help: string
  readonly restart: boolean
  /** Whether it may be empty. */
  readonly nullable: boolean
  readonly standard: unknown
  readonly input:
    | { readonly kind: 'switch' | 'text' | 'lines' }
    | { readonly kind: 'choice'; readonly choices: readonly string[] }
    | { readonly kind: 'number'; readonly whole: boolean; readonly least?: number; readonly most?: number }
}

export interface FieldGroup {
  readonly name: string
  readonly title: string
  readonly fields: readonly Field[]
}

/** The form's groups: one for each section of the schema. What no field can show is left out. Pure. */
export function groupsOf(schema: Schema): FieldGroup[] {
  return Object.entries(schema.properties ?? {})
    .map(([name, section]) => ({ name, title: section.title ?? name, fields: fieldsOf(section, name) }))
    .filter(({ fields }) => fields.length > 0)
}

function fieldsOf(schema: Schema, key: string): Field[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, inner]) => fieldsOf(inner, `${key}.${name}`))
  }
  const inner = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema
  const input = inputOf(inner)
  if (input === undefined || schema.title === undefined) return []
  const nullable = schema.anyOf?.some(({ type }) => type === 'null') ?? false
  const { title, description: help = '', restart = false } = schema
  return [{ key, title, help, restart, nullable, standard: schema.default, input }]
}

function inputOf({ type, enum: choices, minimum, maximum, items }: Schema): Field['input'] | undefined {
  if (choices) return { kind: 'choice', choices }
  if (type === 'boolean') return { kind: 'switch' }
  if (type === 'string') return { kind: 'text' }
  if (type === 'array' && items?.type === 'string') return { kind: 'lines' }
  if (type !== 'integer' && type !== 'number') return undefined
  return {
    kind: 'number',
    whole: type === 'integer',
    ...(minimum === undefined ? {} : { least: minimum }),
    ...(maximum === undefined ? {} : { most: maximum }),
  }
}

/** `server.port` of `{server: {port: 1}}` is 1. */
export function valueAt(settings: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], settings)
}

/** `server.port` and 1 make `{server: {port: 1}}`; the standard value is taken out of the file instead. */
export function patchFor({ key, standard }: Field, value: unknown): Record<string, unknown> {
  const wanted = JSON.stringify(value) === JSON.stringify(standard) ? null : value
  return key.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), wanted) as Record<
    string,
    unknown
  >
}

/** The fields with one of the words in their name, title or help. Pure. */
export function search(groups: readonly FieldGroup[], text: string): readonly FieldGroup[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return groups
  return groups
    .map(group => ({
      ...group,
      fields: group.fields.filter(({ key, title, help }) =>
        `${key} ${title} ${help}`.toLowerCase().includes(wanted),
      ),
    }))
    .filter(({ fields }) => fields.length > 0)
}

/** What was written, as the setting's kind of value. What is no number goes as it is: the core says what is wrong. Pure. */
export function parsed({ input, nullable }: Pick<Field, 'input' | 'nullable'>, text: string): unknown {
  if (input.kind === 'lines') return text.split('\n').flatMap(line => line.trim() || [])
  const trimmed = text.trim()
  if (trimmed === '') return nullable ? null : ''
  if (input.kind !== 'number') return trimmed
  const number = Number(trimmed)
  return Number.isFinite(number) ? number : trimmed
}
