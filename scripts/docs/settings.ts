import { z } from 'zod'
import { settingsSchema } from '../../core/contract/settings.ts'
import { code, table } from './markdown.ts'

/** The part of JSON Schema that the settings use, with the words of their own. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
  readonly title?: string
  readonly description?: string
  readonly restart?: true
  readonly env?: string
  readonly flag?: string
}

export interface SettingFacts {
  readonly key: string
  readonly section: string
  readonly title: string
  readonly help: string
  readonly values: string
  readonly default: string
  readonly restart: boolean
  readonly env: string | undefined
  readonly flag: string | undefined
}

/** Every setting that can be given a value, in the schema's order. */
export function settingFacts(): SettingFacts[] {
  const schema = z.toJSONSchema(settingsSchema) as Schema
  return Object.entries(schema.properties ?? {}).flatMap(([name, section]) =>
    leaves(name, section).map(leaf => ({ ...leaf, section: section.title ?? name })),
  )
}

function leaves(key: string, schema: Schema): Omit<SettingFacts, 'section'>[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, part]) => leaves(`${key}.${name}`, part))
  }
  return [
    {
      key,
      title: schema.title ?? '',
      help: schema.description ?? '',
      values: values(schema),
      default: JSON.stringify(schema.default ?? null),
      restart: schema.restart ?? false,
      env: schema.env,
      flag: schema.flag,
    },
  ]
}

/** What may be written, in words: `8 to 512`, `true or false`, `list of texts`. */
function values(schema: Schema): string {
  if (schema.enum) return schema.enum.join(', ')
  if (schema.anyOf) return schema.anyOf.map(values).join(' or ')
  const { minimum, maximum } = schema
  switch (schema.type) {
    case 'null':
      return 'null'
    case 'boolean':
      return 'true or false'
    case 'integer':
    case 'number':
      if (minimum === undefined) return 'number'
      if (maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return `${minimum} or more`
      return `${minimum} to ${maximum}`
    case 'object':
      return 'object'
    case 'array':
      return `list of ${values(schema.items ?? {})}s`
    default:
      return 'text'
  }
}

/** One table for each section. */
export function settingsBlock(): string {
  const facts = settingFacts()
  const sections = [...new Set(facts.map(({ section }) => section))]
  return sections
    .map(section => {
      const rows = facts
        .filter(fact => fact.section === section)
        .map(fact => [
          code(fact.key),
          `**${fact.title}.** ${fact.help}`,
          fact.values,
          code(fact.default),
          fact.restart ? 'after a restart' : 'at once',
        ])
      return `### ${section}\n\n${table(['Setting', 'What it does', 'Values', 'Default', 'In force'], rows)}`
    })
    .join('\n\n')
}

/** What the environment and the command line decide. */
export function overridesBlock(): string {
  const rows = settingFacts()
    .filter(({ env, flag }) => env ?? flag)
    .map(({ key, env, flag }) => [code(key), env ? code(env) : '–', flag ? code(`--${flag}`) : '–'])
  return table(['Setting', 'Environment', 'Flag of `impetus serve`'], rows)
}
