import { jsonFormats } from './json-formats.ts'
import { namedFormats } from './named-formats.ts'
import { notationFormats } from './notation-formats.ts'
import { taggedFormats } from './tagged-formats.ts'

/** Every format that is written between marks (Harmony and functionary's recipients are machines of their own). */
export const toolFormats = { ...jsonFormats, ...taggedFormats, ...namedFormats, ...notationFormats }

export type ToolFormatId = keyof typeof toolFormats
