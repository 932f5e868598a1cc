import { applyEdits, modify, type ParseError, parse as parseJson, printParseErrorCode } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import { parseDocument } from 'yaml'
import { editToml } from './toml.ts'
import { type Edit, edited, editsFor, isObject, same, type Values } from './values.ts'

export type Format = 'json' | 'yaml' | 'toml'

/** The text with the values in it, or why that is not done. */
export type Merged = { readonly text: string } | { readonly problem: string }

/**
 * Brings values into the text of a settings file, leaving everything else as it is written, comments included. What
 * comes out is read again and compared with what it ought to say: a file that is written in a way this does not
 * understand is refused, never damaged. Pure.
 */
export function merge(format: Format, text: string, wanted: Values): Merged {
  const dialect = dialects[format]
  const read = dialect.read(text)
  if ('problem' in read) return { problem: `it is no valid ${format.toUpperCase()} (${read.problem})` }
  const before = read.value ?? {}
  if (!isObject(before)) return { problem: 'it does not hold settings by name' }
  const edits = editsFor(before, wanted)
  if (edits.length === 0) return { text }
  const after = attempt(() => dialect.edit(text, edits))
  if ('problem' in after) return { problem: unclear }
  const again = dialect.read(after.value)
  return 'value' in again && same(again.value, edited(before, edits))
    ? { text: after.value }
    : { problem: unclear }
}

const unclear = 'it is written in a way that cannot be changed safely'

/** The parsers and editors of the formats throw at what they do not like. */
function attempt<T>(work: () => T): { readonly value: T } | { readonly problem: string } {
  try {
    return { value: work() }
  } catch (error) {
    return { problem: (error as Error).message.split('\n')[0] ?? '' }
  }
}

type Reading = { readonly value: unknown } | { readonly problem: string }

interface Dialect {
  /** The value, undefined for a text without any; or what is wrong with it. */
  read(text: string): Reading
  edit(text: string, edits: readonly Edit[]): string
}

const dialects: Readonly<Record<Format, Dialect>> = {
  json: { read: readJson, edit: editJson },
  yaml: { read: readYaml, edit: editYaml },
  toml: { read: readToml, edit: editToml },
}

/** With comments and trailing commas, as editors allow them. */
function readJson(text: string): Reading {
  const errors: ParseError[] = []
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true, allowEmptyContent: true })
  const [first] = errors
  if (first === undefined) return { value }
  const line = text.slice(0, first.offset).split('\n').length
  return { problem: `line ${line}: ${printParseErrorCode(first.error)}` }
}

function editJson(text: string, edits: readonly Edit[]): string {
  const tabSize = Number(/^( +)\S/m.exec(text)?.[1]?.length ?? 2)
  const formattingOptions = {
    insertSpaces: !/^\t/m.test(text),
    tabSize,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
  const start = text.trim() === '' ? '{}\n' : text
  return edits.reduce(
    (before, { path, value }) => applyEdits(before, modify(before, [...path], value, { formattingOptions })),
    start,
  )
}

function readYaml(text: string): Reading {
  return attempt(() => {
    const document = parseDocument(text)
    const [first] = document.errors
    if (first !== undefined) throw first
    return document.toJS() as unknown
  })
}

function editYaml(text: string, edits: readonly Edit[]): string {
  const document = parseDocument(text)
  for (const { path, value } of edits) document.setIn(path, document.createNode(value))
  return document.toString({ lineWidth: 0 })
}

function readToml(text: string): Reading {
  return attempt(() => parseToml(text))
}
