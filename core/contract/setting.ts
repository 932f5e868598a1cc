import type { z } from 'zod'

/**
 * Every setting with its default, limits and words. The file, the environment, the flags, the dashboard's form and
 * docs/configuration.md are all made from this schema.
 *
 * `restart` marks what is read only at start. `env` and `flag` name what overrides the file; only leaves have them.
 */
interface SettingWords {
  readonly title: string
  readonly help: string
  readonly restart?: true
  readonly env?: `IMPETUS_${string}`
  readonly flag?: string
}

/** A setting's schema with its words. */
export function setting<T extends z.ZodType>(schema: T, { help, ...words }: SettingWords): T {
  return schema.meta({ description: help, ...words })
}

export const kibibyte = 1024
export const mebibyte = 1024 * kibibyte
